/* Connections that have become raw bytes. libmicrohttpd 0.9.75 upgrades too, but words the status line itself (`101
 * Switching Protocols`), so it keeps such a connection suspended and this server reads and writes its socket. */
#include "fakes/wire/http_internal.h"

#include <assert.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

/* A client that does not take what was written is not listened to. */
static bool is_listening(const struct http_exchange *exchange)
{
    return !exchange->input_ended && exchange->output.length <= exchange->connection->server->limits.stream_bytes / 2;
}

void http_raw_watch(struct http_exchange *exchange)
{
    const uint32_t events = (is_listening(exchange) ? EPOLLIN : 0U) |
                            (exchange->output.length > 0 && exchange->held_ticks == 0 ? EPOLLOUT : 0U);

    if (exchange->suspended && exchange->watched != (events | EPOLLHUP)) {
        exchange->watched = events | EPOLLHUP; /* is always asked for: never 0 */
        (void)http_connection_watch(exchange->connection, EPOLL_CTL_MOD, events);
    }
}

/* Writes what the socket takes, then does what is due: shuts this side, closes, asks for other events. */
void http_raw_write(struct http_exchange *exchange)
{
    const int fd = exchange->connection->fd;

    while (exchange->output.length > 0 && exchange->held_ticks == 0) {
        ssize_t length = send(fd, byte_queue_bytes(&exchange->output), exchange->output.length, MSG_NOSIGNAL);

        if (length < 0) {
            if (errno != EAGAIN && errno != EINTR) {
                http_exchange_lose(exchange);
                return;
            }
            break;
        }
        byte_queue_take(&exchange->output, (size_t)length);
    }
    if (exchange->state == EXCHANGE_ENDING && exchange->output.length == 0 && !exchange->output_shut) {
        shutdown(fd, SHUT_WR);
        exchange->output_shut = true;
    }
    if (exchange->output_shut && exchange->input_ended) {
        http_exchange_lose(exchange);
    } else {
        http_raw_watch(exchange);
    }
}

/* Reads what there is, but no more than a few buffers in a row: others wait. */
static void read_input(struct http_exchange *exchange)
{
    enum { ROUNDS = 8 };
    struct http_server *server = exchange->connection->server;

    for (int i = 0; i < ROUNDS && !exchange->lost && is_listening(exchange); i++) {
        ssize_t length = recv(exchange->connection->fd, server->peeked, server->limits.header_bytes, 0);

        if (length < 0) {
            if (errno != EAGAIN && errno != EINTR) {
                http_exchange_lose(exchange);
            }
            return;
        }
        if (length == 0) {
            exchange->input_ended = true;
            if (exchange->state == EXCHANGE_RAW && server->handlers.input_end != NULL) {
                server->handlers.input_end(server->context, exchange);
            }
        } else if (exchange->state == EXCHANGE_RAW && server->handlers.input != NULL) {
            server->handlers.input(server->context, exchange, server->peeked, (size_t)length);
        }
    }
}

void http_raw_event(struct http_exchange *exchange, uint32_t events)
{
    const bool over = (events & (EPOLLHUP | EPOLLERR)) != 0;

    if (over || (events & EPOLLIN) != 0) {
        read_input(exchange);
    }
    if (!exchange->lost) {
        if (over) {
            http_exchange_lose(exchange);
        } else {
            http_raw_write(exchange);
        }
    }
}

static void add_text(struct http_exchange *exchange, const char *text)
{
    if (!byte_queue_add(&exchange->output, text, strlen(text))) {
        http_exchange_lose(exchange);
    }
}

void http_exchange_upgrade(struct http_exchange *exchange, const struct http_header *headers)
{
    const int on = 1;
    const bool asked = http_exchange_header(exchange, MHD_HTTP_HEADER_UPGRADE) != NULL;

    assert(exchange->state == EXCHANGE_ASKED);
    exchange->state = EXCHANGE_RAW;
    exchange->raw = true;
    exchange->answered = true;
    if (exchange->lost) {
        return;
    }
    setsockopt(exchange->connection->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on); /* fails on a unix socket: well */
    add_text(exchange, asked ? "HTTP/1.1 101 UPGRADED\r\n" : "HTTP/1.1 200 OK\r\n");
    for (const struct http_header *header = headers; header != NULL && header->name != NULL; header++) {
        add_text(exchange, header->name);
        add_text(exchange, ": ");
        add_text(exchange, header->value);
        add_text(exchange, "\r\n");
    }
    add_text(exchange, asked ? "Connection: Upgrade\r\nUpgrade: tcp\r\n\r\n" : "\r\n");
    http_raw_write(exchange);
    if (!exchange->lost) {
        http_held_add(exchange);
    }
}
