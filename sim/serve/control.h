/* The control endpoint, /_drydock/: how a test drives a served run. Its requests are no effects: the run does not know
 * of them. */
#ifndef DRYDOCK_SIM_SERVE_CONTROL_H
#define DRYDOCK_SIM_SERVE_CONTROL_H

#include "sim/serve/session.h"

/* Whether a request is for it. */
bool control_wants(const char *target);
/* Answers it; what the response holds is in `arena`. `frozen`: the clock may be set (`--clock virtual`). */
void control_answer(struct session *session, const struct docker_http_request *http, bool frozen, struct arena *arena,
                    struct docker_http_response *response);

#endif
