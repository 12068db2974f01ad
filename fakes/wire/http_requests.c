/* What libmicrohttpd calls back: connections it has, requests as they arrive and when they are over. */
#include "fakes/wire/http_internal.h"
#include "fakes/wire/request_head.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum {
    HEAD_EXTRA = 16 * 1024, /* what libmicrohttpd's pool needs beside a head: its table, the answer's head */
    BODIES_MAX = 4,         /* all bodies on their way, in body_bytes */
    ACCEPTED_BEYOND = 1024, /* who makes room is closed a round later */
};

static struct http_connection *connection_of(struct MHD_Connection *library)
{
    return MHD_get_connection_info(library, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
}

/* MHD_OPTION_URI_LOG_CALLBACK: a request line has arrived. What it returns is the request's context. */
static void *request_line_arrived(void *context, const char *target, struct MHD_Connection *library)
{
    (void)context;
    return http_exchange_new(connection_of(library), library, target);
}

/* MHD_OPTION_UNESCAPE_CALLBACK: the target is the handler's as it is. */
static size_t leave_escaped(void *context, struct MHD_Connection *library, char *text)
{
    (void)context;
    (void)library;
    return strlen(text);
}

static void exchange_over(struct http_exchange *exchange)
{
    struct http_connection *connection = exchange->connection;
    const struct http_server *server = connection->server;

    if (exchange->state != EXCHANGE_ARRIVES && exchange->state != EXCHANGE_ENDING && server->handlers.gone != NULL) {
        server->handlers.gone(server->context, exchange);
    }
    http_exchange_free(exchange);
    http_connection_move(connection, &connection->server->idle);
}

/* MHD_OPTION_NOTIFY_COMPLETED: the answer is out, or will never be. */
static void request_completed(void *context, struct MHD_Connection *library, void **request,
                              enum MHD_RequestTerminationCode code)
{
    (void)context;
    (void)library;
    (void)code;
    if (*request != NULL) {
        exchange_over(*request);
        *request = NULL;
    }
}

/* MHD_OPTION_NOTIFY_CONNECTION */
static void connection_changed(void *context, struct MHD_Connection *library, void **socket_context,
                               enum MHD_ConnectionNotificationCode code)
{
    struct http_server *server = context;

    (void)library;
    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        server->arriving->served = true;
        *socket_context = server->arriving;
        server->arriving = NULL;
    } else {
        struct http_connection *connection = *socket_context;

        if (connection->exchange != NULL) {
            exchange_over(connection->exchange);
        }
        http_connection_free(connection);
    }
}

/* A body without length has become too long: libmicrohttpd takes no answer in its middle. */
static void refuse_body(struct http_exchange *exchange)
{
    static const char answer[] = "HTTP/1.1 413 Request Entity Too Large\r\nContent-Type: text/plain; charset=utf-8\r\n"
                                 "Connection: close\r\n\r\n413 Request Entity Too Large";

    exchange->refused = true;
    exchange->connection->server->bodies -= exchange->body.length;
    byte_queue_free(&exchange->body);
    (void)send(exchange->connection->fd, answer, sizeof answer - 1, MSG_NOSIGNAL | MSG_DONTWAIT);
    shutdown(exchange->connection->fd, SHUT_WR);
}

static enum MHD_Result take_body(struct http_exchange *exchange, const char *bytes, size_t length)
{
    struct http_server *server = exchange->connection->server;

    if (exchange->refused) {
        exchange->swallowed += length;
        return exchange->swallowed > SWALLOW_MAX ? MHD_NO : MHD_YES;
    }
    if (length > server->limits.body_bytes - exchange->body.length) {
        refuse_body(exchange);
        return MHD_YES;
    }
    if (!byte_queue_add(&exchange->body, bytes, length)) {
        return MHD_NO;
    }
    server->bodies += length;
    if (server->bodies / BODIES_MAX > server->limits.body_bytes) {
        http_connections_free_bodies(server, exchange);
    }
    return MHD_YES;
}

/* Answers in the name of Go's net/http, and closes. */
static void refuse(struct http_exchange *exchange, unsigned status, const char *text)
{
    static const struct http_header headers[] = {
        {"Content-Type", "text/plain; charset=utf-8"}, {"Connection", "close"}, {NULL, NULL}};

    http_exchange_answer(exchange, status, headers, text, strlen(text));
}

/* The head is there: a body that says it is too long is refused now, and in later requests, whose heads nobody has
 * looked at, a target that is none. */
static void begin(struct http_exchange *exchange, const char *method, const char *version)
{
    const int base = 10;
    const char *length = http_exchange_header(exchange, MHD_HTTP_HEADER_CONTENT_LENGTH);

    exchange->begun = true;
    exchange->is_old = strcmp(version, MHD_HTTP_VERSION_1_0) == 0;
    exchange->method = method;
    if (length != NULL && strtoull(length, NULL, base) > exchange->connection->server->limits.body_bytes) {
        refuse(exchange, MHD_HTTP_CONTENT_TOO_LARGE, "413 Request Entity Too Large");
    } else if (!request_target_is_good(exchange->target) && strcmp(method, MHD_HTTP_METHOD_CONNECT) != 0) {
        refuse(exchange, MHD_HTTP_BAD_REQUEST, "400 Bad Request");
    }
}

/* MHD_AccessHandlerCallback: for the head, for each part of the body, for its end, and again at its end whenever the
 * connection is resumed without an answer. */
static enum MHD_Result request_arrives(void *context, struct MHD_Connection *library, const char *url,
                                       const char *method, const char *version, const char *bytes, size_t *length,
                                       void **request)
{
    struct http_server *server = context;
    struct http_exchange *exchange = *request;

    (void)library;
    (void)url;
    if (exchange == NULL || exchange->lost) {
        return MHD_NO;
    }
    if (!exchange->begun) {
        begin(exchange, method, version);
        return MHD_YES;
    }
    if (*length > 0) {
        size_t taken = *length;

        *length = 0;
        return take_body(exchange, bytes, taken);
    }
    if (exchange->refused) {
        return MHD_NO;
    }
    if (exchange->state == EXCHANGE_ARRIVES) {
        exchange->state = EXCHANGE_ASKED;
        http_connection_move(exchange->connection, &server->busy);
        server->handlers.request(server->context, exchange);
    }
    if (exchange->lost) {
        return MHD_NO;
    }
    if (!exchange->answered || exchange->raw) {
        http_exchange_suspend(exchange);
    }
    return MHD_YES;
}

bool http_library_start(struct http_server *server)
{
    const unsigned ms_per_second = 1000;
    const unsigned idle_s = (server->limits.idle_timeout_ms + ms_per_second - 1) / ms_per_second;

    server->daemon = MHD_start_daemon(
        MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_NO_LISTEN_SOCKET, 0, NULL, NULL, request_arrives, server,
        MHD_OPTION_CONNECTION_LIMIT, (unsigned)(server->limits.connections + ACCEPTED_BEYOND),
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, server->limits.header_bytes + HEAD_EXTRA, MHD_OPTION_CONNECTION_TIMEOUT,
        idle_s, MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_URI_LOG_CALLBACK, request_line_arrived, server,
        MHD_OPTION_UNESCAPE_CALLBACK, leave_escaped, server, MHD_OPTION_NOTIFY_COMPLETED, request_completed, server,
        MHD_OPTION_NOTIFY_CONNECTION, connection_changed, server, MHD_OPTION_END);
    return server->daemon != NULL;
}
