/* A whole engine with the image busybox:latest, and requests to it through the API: for tests of fakes/docker/. */
#ifndef DRYDOCK_FAKES_TESTS_WHOLE_ENGINE_H
#define DRYDOCK_FAKES_TESTS_WHOLE_ENGINE_H

#include "fakes/docker/api.h"
#include "fakes/world.h"

/* The world lives in `memory`, what the API answers in `answers`. */
extern struct arena memory, answers;
extern struct world world;
extern struct docker_engine *engine;
/* Of the last request. */
extern struct docker_api_call last_call;
extern struct docker_http_response response;

/* For a set-up: a fresh engine, at this instant (Unix epoch, in ms). JSON texts of struct docker_whole_options'
 * members; NULL: none. */
void whole_engine_begin(int64_t now_ms, const char *scripts, const char *registries);
/* cmocka's tear-down of a test. */
int whole_engine_end(void **state);

/* Performs a request, with the credentials that the docker command sends (none: "{}" in Base64); the status. `body`
 * NULL: none. */
int send_bytes(const char *method, const char *target, const char *body, size_t length);
int ask(const char *method, const char *target, const char *body);
/* The body of the last response, which must be JSON. */
const struct value *answer(void);
/* Lets virtual time pass, event by event. */
void pass(int64_t ms);

#endif
