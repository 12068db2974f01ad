/* Asks a server that is under test. */
#ifndef DRYDOCK_SIM_TESTS_OOM_CLIENT_H
#define DRYDOCK_SIM_TESTS_OOM_CLIENT_H

#include <stdbool.h>
#include <sys/types.h>

/* Connects to `folder`/sock as soon as `server` listens there, once for each line of `requests` ("GET /info", with a
 * body after a third blank), and reads what is answered up to its end. UPGRADE asks for a POST to become a raw stream,
 * and talks to the container there. Before a request that is meant to be refused there is a `!`; *unmeant is the first
 * line that was answered otherwise than meant, NULL: none. A server that ends, closes or refuses is no mistake; false:
 * one that does not answer in 5 s. */
bool client_ask(pid_t server, const char *folder, const char *requests, const char **unmeant);

#endif
