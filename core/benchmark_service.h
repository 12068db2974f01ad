/* The benchmark daemon: lifecycle.md 12.1, 3.4. */
#ifndef DRYDOCK_CORE_BENCHMARK_SERVICE_H
#define DRYDOCK_CORE_BENCHMARK_SERVICE_H

#include "core/node.h"

/* getbenchmarks; never cached. The first success of the process also starts the upsert of 12.1 [F]. */
const struct error *get_benchmarks(struct task *task, const struct value **data) MUST_CHECK;
#define get_benchmarks(task, ...) get_benchmarks(FROM_HERE(task), __VA_ARGS__)
/* My address (port included when it has one), by getbenchmarks: *ip is NULL when the reply has none longer than 5
 * characters or the call failed (1.1 step 7 throws then; 5.2 step 4 and 6.1 step 9 skip). */
const char *get_my_flux_ip_and_port(struct task *task);
#define get_my_flux_ip_and_port(task) get_my_flux_ip_and_port(FROM_HERE(task))
/* decryptrsamessage with the JSON text of 3.4; *reply is the text that the daemon returned. */
const struct error *decrypt_rsa_message(struct task *task, const struct value *parameter,
                                        const char **reply) MUST_CHECK;
#define decrypt_rsa_message(task, ...) decrypt_rsa_message(FROM_HERE(task), __VA_ARGS__)

#endif
