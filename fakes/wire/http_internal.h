/* What the parts of the HTTP server share: http_server.c (the loop), http_requests.c (libmicrohttpd's callbacks),
 * http_connection.c (sockets before libmicrohttpd has them, who makes room), http_exchange.c (answers, streams),
 * http_upgrade.c (raw connections), http_held.c (their heads).
 *
 * A connection is in one of the server's lists, each in the order of last use: `waiting` before libmicrohttpd has it,
 * `busy` while the handler has its exchange, `leaving` when its client has shut its side down, else `idle`. The
 * server's own epoll watches every socket for that: libmicrohttpd does not see it while a connection is suspended (an
 * answer is awaited, a stream has nothing to say), nor when it comes in one event with the last bytes, as its epoll is
 * edge-triggered and it takes a short read for the last. An upgraded connection stays suspended until its end, when
 * libmicrohttpd closes it. */
#ifndef DRYDOCK_FAKES_WIRE_HTTP_INTERNAL_H
#define DRYDOCK_FAKES_WIRE_HTTP_INTERNAL_H

#include "fakes/wire/byte_queue.h"
#include "fakes/wire/http_server.h"
#include "fakes/wire/listen.h"

#include <microhttpd.h>

/* What an event of the server's epoll is about; first member of what its pointer points to. */
enum http_watch {
    WATCH_LISTENER,
    WATCH_LIBRARY,
    WATCH_TIMER,
    WATCH_HELD,
    WATCH_CONNECTION,
};

enum http_exchange_state {
    EXCHANGE_ARRIVES,   /* the request is not whole yet */
    EXCHANGE_ASKED,     /* the handler has it */
    EXCHANGE_STREAMING, /* the handler writes */
    EXCHANGE_RAW,       /* upgraded */
    EXCHANGE_ENDING,    /* the handler is done with it; what it wrote goes out */
};

struct http_exchange {
    struct http_connection *connection;
    struct MHD_Connection *library;
    enum http_exchange_state state;
    bool begun;          /* libmicrohttpd has told the head, */
    bool is_old;         /* which is one of HTTP/1.0 */
    bool answered;       /* libmicrohttpd has a response, or there will be none: raw */
    bool refused;        /* 413 is written, what else comes is thrown away */
    bool lost;           /* to be closed */
    bool suspended;      /* see above */
    bool raw;            /* upgraded, */
    bool input_ended;    /* and the client has shut its side down, */
    bool output_shut;    /* and so has this one; */
    uint32_t held_ticks; /* > 0: what follows the head is held back so long yet */
    struct http_exchange *held_next;
    uint32_t watched; /* epoll's events that are asked for then */
    char *target;
    const char *method;
    struct byte_queue body;   /* the request's */
    struct byte_queue output; /* of a stream or an upgraded connection */
    size_t swallowed;         /* bytes thrown away after a refusal */
    void *data;
};

struct http_connection {
    enum http_watch watch;
    struct http_server *server;
    struct http_connection *before, *after; /* in its list */
    struct http_list *list;
    struct http_exchange *exchange; /* NULL between requests */
    int fd;
    bool served;      /* libmicrohttpd has it */
    bool refused;     /* answered here; what else comes is thrown away */
    bool half_closed; /* its client has shut its side down */
    size_t swallowed;
    uint64_t last_used; /* the server's uses by then, */
    uint32_t tick;      /* and its ticks */
};

struct http_list {
    struct http_connection *first, *last;
    uint32_t count;
};

struct http_listener {
    enum http_watch watch;
    bool ready;
    struct listener listener;
};

struct http_server {
    struct http_handlers handlers;
    void *context;
    struct http_limits limits;
    struct MHD_Daemon *daemon;
    enum http_watch library, timer, held_watch; /* what events of WATCH_LIBRARY, _TIMER and _HELD point to */
    int epoll, timer_fd, held_fd;
    struct http_exchange *held; /* those with held_ticks */
    bool due;                   /* libmicrohttpd must run without waiting */
    uint32_t ticks;
    struct http_list waiting, idle, leaving, busy;
    uint64_t uses;
    uint32_t connections;
    size_t bodies;                    /* bytes of all requests' bodies */
    struct http_connection *arriving; /* being handed to libmicrohttpd */
    char *peeked;                     /* header_bytes, for what waits in a socket */
    struct http_listener *listeners;
    size_t listener_count;
};

enum {
    /* Bytes read from a client that was refused, so that it sees why instead of a reset. */
    SWALLOW_MAX = 256 * 1024,
    /* Connections in `idle`: libmicrohttpd keeps a pool of header_bytes and more for each. */
    IDLE_MAX = 4096,
    /* Periods of the timer after which an idle connection's time is over. */
    TICKS_PER_TIMEOUT = 4,
};

/* http_connection.c */
/* Takes in who waits at a listener. */
void http_accept(struct http_server *server, struct http_listener *listener);
/* Asks for other events of a connection. */
bool http_connection_watch(struct http_connection *connection, int operation, uint32_t events);
/* A connection that libmicrohttpd does not have can be read; epoll's events of it. */
void http_connection_read(struct http_connection *connection, uint32_t events);
/* A period of the timer is over: closes who has waited too long. libmicrohttpd has a time-out of its own. */
void http_connections_tick(struct http_server *server);
/* The client of a connection that libmicrohttpd has has shut its side down. */
void http_connection_half_closed(struct http_connection *connection);
/* libmicrohttpd has read what there was: tells it of those who have left. */
void http_connections_leave(struct http_server *server);
/* Moves a connection to the end of a list; it was used just now. Who is half closed goes to `leaving`, not to `idle`.
 */
void http_connection_move(struct http_connection *connection, struct http_list *list);
/* Takes the first connection out of a list, which there must be. */
struct http_connection *http_list_take(struct http_list *list);
/* Forgets a connection whose socket is closed or libmicrohttpd's. */
void http_connection_free(struct http_connection *connection);
/* Closes a connection that libmicrohttpd does not have. */
void http_connection_close(struct http_connection *connection);
/* Too many bytes of bodies are on their way: the request that has been arriving longest gives way, if it is not this.
 */
void http_connections_free_bodies(struct http_server *server, const struct http_exchange *except);

/* http_requests.c: starts libmicrohttpd with what it calls back. */
bool http_library_start(struct http_server *server);

/* http_exchange.c */
struct http_exchange *http_exchange_new(struct http_connection *connection, struct MHD_Connection *library,
                                        const char *target);
void http_exchange_free(struct http_exchange *exchange);
/* Stops libmicrohttpd's work on it until http_exchange_resume(). From libmicrohttpd's callbacks only. */
void http_exchange_suspend(struct http_exchange *exchange);
void http_exchange_resume(struct http_exchange *exchange);
/* It will be closed, by libmicrohttpd's hand. */
void http_exchange_lose(struct http_exchange *exchange);
/* The handler is done with it. */
void http_exchange_finish(struct http_exchange *exchange);

/* http_upgrade.c: what differs for upgraded connections. */
/* Asks for the events that it waits for. */
void http_raw_watch(struct http_exchange *exchange);
void http_raw_event(struct http_exchange *exchange, uint32_t events);
void http_raw_write(struct http_exchange *exchange);

/* http_held.c */
/* The head was written; what follows waits. */
void http_held_add(struct http_exchange *exchange);
/* It waits no longer, if it did. */
void http_held_remove(struct http_exchange *exchange);
/* A period is over. */
void http_held_tick(struct http_server *server);

#endif
