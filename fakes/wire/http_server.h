/* An HTTP/1.1 server on libmicrohttpd, for fakes that answer on their real protocols. It knows nothing of them.
 *
 * One thread, driven by its owner: everything happens within http_server_poll(), which waits for the sockets, reads,
 * calls the handlers and writes. A whole request, body included, is one `struct http_exchange`. It is the handler's
 * from request() until the handler has answered, ended or dropped it, at once or at any later time, or until gone()
 * says that its client has left, whichever comes first; it must not be touched after that. gone() is called from
 * http_server_poll() and http_server_close() only, never from within a call of the handler's. Handlers may use any
 * exchange of theirs.
 *
 * Sockets that have not sent a whole request head wait in this server, not in libmicrohttpd: they cost a descriptor
 * and no buffer, and what they say is checked before the library sees it (request_head.h). When there are as many
 * connections as there may be, the one that has been idle longest makes room for a new one; connections whose request
 * the handler has not finished with are never closed for that.
 *
 * Malformed heads are answered as Go's net/http does (`400 Bad Request`, `431 Request Header Fields Too Large` and so
 * on in text/plain, and the connection closes). libmicrohttpd 0.9.75 has no way to replace its own error answers, and
 * they remain for bad chunks and for heads of later requests on a connection that is kept alive, but for their targets:
 * the same status with a body in HTML; two heads for a bad Content-Length or
 * without Host; none at all for a request line without a space. It adds `Date`,
 * `Content-Length`, `Transfer-Encoding` and `Connection: close` itself, words the reason phrase, says
 * `Connection: close` to HTTP/1.0 too, and takes no answer in the middle of a body (the server writes 413 past it). A
 * body that is cut off closes the connection without an answer. A client that shuts its side down while its answer is
 * not there yet has left, as for Go's request context. */
#ifndef DRYDOCK_FAKES_WIRE_HTTP_SERVER_H
#define DRYDOCK_FAKES_WIRE_HTTP_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct http_server;
struct http_exchange;

/* One header of an answer; lists of them end with a NULL name, and NULL stands for an empty list. */
struct http_header {
    const char *name, *value;
};

/* What the owner does about requests. `context` is the options'. */
struct http_handlers {
    /* A request has arrived. Required. */
    void (*request)(void *context, struct http_exchange *exchange);
    /* The client has left, or did not read its stream (stream_bytes): the exchange is over. May be NULL. */
    void (*gone)(void *context, struct http_exchange *exchange);
    /* Bytes from the client of an upgraded connection, and that it has shut its side down. May be NULL. */
    void (*input)(void *context, struct http_exchange *exchange, const char *bytes, size_t length);
    void (*input_end)(void *context, struct http_exchange *exchange);
};

/* 0 stands for a default, which is given here. */
struct http_limits {
    size_t header_bytes;  /* of a request's head (32 KiB); later ones on a connection may be longer by half */
    size_t body_bytes;    /* of a request's body (64 MiB): 413 beyond it. All bodies on their way: four times that */
    size_t stream_bytes;  /* written and not yet taken by the client (16 MiB); a client beyond that is dropped */
    uint32_t connections; /* 16,384, and what RLIMIT_NOFILE allows, which is raised as far as it goes */
    uint32_t idle_timeout_ms; /* a connection without a request or progress for that long is closed (never) */
};

struct http_server_options {
    /* `unix:///path` (mode 0600; a stale socket file is replaced) or `tcp://127.0.0.1:port` (0: any), NULL at the end.
     */
    const char *const *addresses;
    bool listen_anywhere; /* allow TCP addresses other than loopback */
    struct http_handlers handlers;
    void *context;
    struct http_limits limits;
};

/* Starts listening. NULL when it cannot, with a message without newline in `error`. Options are copied. */
struct http_server *http_server_open(const struct http_server_options *options, char *error, size_t size);
/* Ends every exchange (gone()), closes the connections, removes the socket files. NULL is fine. */
void http_server_close(struct http_server *server);

/* The address at an index as given, with the port that was taken; NULL beyond the last one. */
const char *http_server_address(const struct http_server *server, size_t index);

/* One round: waits at most timeout_ms (−1: until something happens), then does what is due. False when a signal has
 * ended the wait. */
bool http_server_poll(struct http_server *server, int timeout_ms);

/* The request. Texts live as long as the exchange. */
const char *http_exchange_method(const struct http_exchange *exchange);
/* As the client has sent it, query included, nothing decoded. */
const char *http_exchange_target(const struct http_exchange *exchange);
/* The value of a header, by its name in any case; NULL when there is none. */
const char *http_exchange_header(const struct http_exchange *exchange, const char *name);
/* A NUL follows the body's last byte. */
const char *http_exchange_body(const struct http_exchange *exchange, size_t *length);

/* A pointer of the handler's. */
void http_exchange_set_data(struct http_exchange *exchange, void *data);
void *http_exchange_data(const struct http_exchange *exchange);

/* Answers with a body that is copied, and is done with the exchange. HEAD gets the headers only. `status`: 200–599. */
void http_exchange_answer(struct http_exchange *exchange, unsigned status, const struct http_header *headers,
                          const void *body, size_t length);
/* The same without copying: the body must stay as it is until release(owner), which is called once in any case.
 * release NULL: it stays for ever. */
void http_exchange_answer_kept(struct http_exchange *exchange, unsigned status, const struct http_header *headers,
                               const void *body, size_t length, void (*release)(void *owner), void *owner);

/* Starts an answer in chunks; its head goes out at once. */
void http_exchange_stream(struct http_exchange *exchange, unsigned status, const struct http_header *headers);

/* Turns the connection into raw bytes both ways. The head is `101 UPGRADED` with the headers given, `Connection:
 * Upgrade` and `Upgrade: tcp` when the request has an `Upgrade`, else `200 OK` with the headers given. Bytes that came
 * in one packet with the request are lost, as they are with dockerd. The client's input is not read while it does not
 * take what was written. */
void http_exchange_upgrade(struct http_exchange *exchange, const struct http_header *headers);

/* Writes to a stream or an upgraded connection; the bytes are copied. False when the client has not read what was
 * written before and is dropped: gone() follows. */
bool http_exchange_write(struct http_exchange *exchange, const void *bytes, size_t length);
/* Bytes that the client has not taken yet. */
size_t http_exchange_pending(const struct http_exchange *exchange);
/* Ends a stream; an upgraded connection's writing side is shut down once everything is written. Done with it. */
void http_exchange_end(struct http_exchange *exchange);

/* Closes the connection without (the rest of) an answer. Done with it. */
void http_exchange_drop(struct http_exchange *exchange);

#endif
