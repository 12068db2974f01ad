/* Sockets that listen on the addresses people give: `unix:///path` and `tcp://host:port`. */
#ifndef DRYDOCK_FAKES_WIRE_LISTEN_H
#define DRYDOCK_FAKES_WIRE_LISTEN_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct listener {
    int fd;
    char *address; /* as given, with the port that was taken */
    char *path;    /* of the socket file; NULL: TCP */
    dev_t device;  /* which file that was, */
    ino_t inode;   /* so that nobody else's is removed */
    struct listener *next;
};

/* Listens (until then *listener must stay where it is), without blocking, closed on exec. A socket file is made with
 * mode 0600; one that is there already is replaced when nobody listens on it. TCP takes numbers or `localhost`, other
 * than loopback only when `anywhere`. False when it cannot be, with a message in `error`. */
bool listener_open(struct listener *listener, const char *address, bool anywhere, char *error, size_t size);
/* Closes it, removes its socket file. */
void listener_close(struct listener *listener);

#endif
