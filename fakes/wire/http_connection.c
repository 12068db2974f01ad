/* Sockets before libmicrohttpd has them, and who makes room when there are too many. */
#include "fakes/wire/http_internal.h"

#include "fakes/wire/request_head.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

static const struct request_fault too_long = {"431 Request Header Fields Too Large",
                                              "431 Request Header Fields Too Large"};
static const struct request_fault cut_off = {"400 Bad Request", "400 Bad Request"};
static const struct request_fault no_room = {"503 Service Unavailable", "503 Service Unavailable"};

static void unlink_from_list(struct http_connection *connection)
{
    struct http_list *list = connection->list;

    if (list == NULL) {
        return;
    }
    *(connection->before == NULL ? &list->first : &connection->before->after) = connection->after;
    *(connection->after == NULL ? &list->last : &connection->after->before) = connection->before;
    connection->before = connection->after = NULL;
    connection->list = NULL;
    list->count--;
}

struct http_connection *http_list_take(struct http_list *list)
{
    struct http_connection *first = list->first;

    list->first = first->after;
    *(first->after == NULL ? &list->last : &first->after->before) = NULL;
    list->count--;
    first->after = NULL;
    first->list = NULL;
    return first;
}

void http_connection_move(struct http_connection *connection, struct http_list *list)
{
    if (connection->half_closed && list == &connection->server->idle) {
        list = &connection->server->leaving;
    }
    unlink_from_list(connection);
    connection->before = list->last;
    *(list->last == NULL ? &list->first : &list->last->after) = connection;
    list->last = connection;
    connection->list = list;
    list->count++;
    connection->last_used = ++connection->server->uses;
    connection->tick = connection->server->ticks;
}

void http_connection_free(struct http_connection *connection)
{
    unlink_from_list(connection);
    connection->server->connections--;
    free(connection);
}

void http_connection_close(struct http_connection *connection)
{
    close(connection->fd);
    http_connection_free(connection);
}

bool http_connection_watch(struct http_connection *connection, int operation, uint32_t events)
{
    struct epoll_event event = {events, {.ptr = connection}};

    /* Fails without kernel memory only. */
    return epoll_ctl(connection->server->epoll, operation, connection->fd, &event) == 0;
}

static bool would_block(void)
{
    return errno == EAGAIN || errno == EINTR;
}

/* Throws away what a refused client still sends: closing on it would reset the connection before it has read why. */
static void swallow(struct http_connection *connection)
{
    struct http_server *server = connection->server;
    ssize_t length;

    while ((length = recv(connection->fd, server->peeked, server->limits.header_bytes, 0)) > 0) {
        connection->swallowed += (size_t)length;
        if (connection->swallowed > SWALLOW_MAX) {
            break;
        }
    }
    if (length >= 0 || !would_block()) {
        http_connection_close(connection);
    }
}

/* Answers as net/http does before it has a request (`errorHeaders` there). */
static void send_fault(int fd, const struct request_fault *fault)
{
    enum { SIZE = 512 };
    char text[SIZE];
    int length = snprintf(text, sizeof text,
                          "HTTP/1.1 %s\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n%s",
                          fault->status, fault->text);

    (void)send(fd, text, (size_t)length, MSG_NOSIGNAL | MSG_DONTWAIT);
    shutdown(fd, SHUT_WR);
}

static void refuse(struct http_connection *connection, const struct request_fault *fault)
{
    send_fault(connection->fd, fault);
    connection->refused = true;
    swallow(connection);
}

/* libmicrohttpd will close it, as if its client had. */
static void shut(struct http_connection *connection)
{
    unlink_from_list(connection);
    if (connection->exchange != NULL) {
        http_exchange_lose(connection->exchange);
    } else {
        shutdown(connection->fd, SHUT_RDWR);
    }
}

/* Gives the socket to libmicrohttpd; it is closed when that fails. */
static void hand_over(struct http_connection *connection)
{
    struct http_server *server = connection->server;
    struct sockaddr address = {.sa_family = AF_UNIX}; /* it counts nobody's connections */
    const int fd = connection->fd;

    if (!http_connection_watch(connection, EPOLL_CTL_MOD, EPOLLRDHUP | EPOLLET)) {
        http_connection_close(connection);
        return;
    }
    if (server->idle.count >= IDLE_MAX) {
        shut(server->idle.first);
    }
    http_connection_move(connection, &server->idle);
    server->arriving = connection;
    server->due = true;
    if (MHD_add_connection(server->daemon, fd, &address, sizeof address) != MHD_YES && server->arriving != NULL) {
        http_connection_free(connection); /* libmicrohttpd never told of it */
    }
    server->arriving = NULL;
}

void http_connection_read(struct http_connection *connection, uint32_t events)
{
    struct http_server *server = connection->server;
    const size_t size = server->limits.header_bytes;
    const struct request_fault *fault;

    if (connection->refused) {
        swallow(connection);
        return;
    }
    ssize_t length = recv(connection->fd, server->peeked, size, MSG_PEEK);

    if (length <= 0) {
        if (length == 0 || !would_block()) {
            http_connection_close(connection);
        }
        return;
    }
    switch (request_head_check(server->peeked, (size_t)length, &fault)) {
    case REQUEST_HEAD_WHOLE:
        hand_over(connection);
        break;
    case REQUEST_HEAD_BAD:
        refuse(connection, fault);
        break;
    case REQUEST_HEAD_MORE:
        if ((size_t)length == size) {
            refuse(connection, &too_long);
        } else if ((events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0) {
            refuse(connection, &cut_off);
        }
        break;
    }
}

void http_connection_half_closed(struct http_connection *connection)
{
    struct http_exchange *exchange = connection->exchange;

    connection->half_closed = true;
    connection->server->due = true;
    if (exchange != NULL && exchange->suspended) {
        http_exchange_lose(exchange);
    } else if (connection->list == &connection->server->idle) {
        http_connection_move(connection, &connection->server->idle);
    }
}

void http_connections_leave(struct http_server *server)
{
    struct http_connection *connection = server->leaving.first;

    while (connection != NULL) {
        struct http_connection *after = connection->after;
        const bool is_answered = connection->exchange != NULL && connection->exchange->state == EXCHANGE_ENDING;
        char byte;

        if (!is_answered && recv(connection->fd, &byte, 1, MSG_PEEK) <= 0) {
            shut(connection);
        }
        connection = after;
    }
}

/* Closes the connection that has been idle longest. False when all have their requests with the handler. */
static bool make_room(struct http_server *server)
{
    struct http_connection *waiting = server->waiting.first;
    struct http_connection *served = server->leaving.first != NULL ? server->leaving.first : server->idle.first;

    if (waiting != NULL && (served == NULL || waiting->last_used < served->last_used)) {
        http_connection_close(http_list_take(&server->waiting));
    } else if (served != NULL) {
        shut(served);
    }
    return waiting != NULL || served != NULL;
}

static void add_connection(struct http_server *server, int fd)
{
    struct http_connection *connection = calloc(1, sizeof *connection);

    if (connection == NULL) {
        close(fd);
        return;
    }
    *connection = (struct http_connection){.watch = WATCH_CONNECTION, .server = server, .fd = fd};
    server->connections++;
    http_connection_move(connection, &server->waiting);
    if (!http_connection_watch(connection, EPOLL_CTL_ADD, EPOLLIN | EPOLLRDHUP | EPOLLET)) {
        http_connection_close(connection);
    }
}

void http_accept(struct http_server *server, struct http_listener *listener)
{
    enum { BATCH = 64 };

    for (int i = 0; i < BATCH; i++) {
        int fd = accept4(listener->listener.fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

        if (fd < 0) {
            if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
                make_room(server);
            }
            return;
        }
        if (server->connections >= server->limits.connections && !make_room(server)) {
            send_fault(fd, &no_room);
            close(fd);
            continue;
        }
        add_connection(server, fd);
    }
}

void http_connections_tick(struct http_server *server)
{
    server->ticks++;
    while (server->waiting.first != NULL && server->ticks - server->waiting.first->tick > TICKS_PER_TIMEOUT) {
        http_connection_close(http_list_take(&server->waiting));
    }
}

void http_connections_free_bodies(struct http_server *server, const struct http_exchange *except)
{
    for (struct http_connection *connection = server->idle.first; connection != NULL; connection = connection->after) {
        struct http_exchange *exchange = connection->exchange;

        if (exchange != NULL && exchange != except && exchange->body.length > 0) {
            server->bodies -= exchange->body.length;
            byte_queue_free(&exchange->body);
            http_exchange_lose(exchange);
            return;
        }
    }
}
