/* The head of an upgraded connection goes out alone: clients that read it through a buffer and what follows from the
 * socket (docker-py) would lose what comes with it. The real Engine is slow enough for that never to show.
 *
 * What follows is held back until the client has taken the head, which a unix socket knows, or for HELD_TICKS at most.
 */
#include "fakes/wire/http_internal.h"

#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

enum { HELD_TICKS = 50, HELD_TICK_NS = 1000000 };

/* Starts or stops the ticks. */
static void set_timer(struct http_server *server, long period_ns)
{
    const struct timespec period = {0, period_ns};
    const struct itimerspec setting = {period, period};

    (void)timerfd_settime(server->held_fd, 0, &setting, NULL);
}

void http_held_add(struct http_exchange *exchange)
{
    struct http_server *server = exchange->connection->server;

    if (server->held == NULL) {
        set_timer(server, HELD_TICK_NS);
    }
    exchange->held_ticks = HELD_TICKS;
    exchange->held_next = server->held;
    server->held = exchange;
}

void http_held_remove(struct http_exchange *exchange)
{
    struct http_server *server = exchange->connection->server;
    struct http_exchange **place = &server->held;

    if (exchange->held_ticks == 0) {
        return;
    }
    while (*place != exchange) {
        place = &(*place)->held_next;
    }
    *place = exchange->held_next;
    exchange->held_ticks = 0;
    if (server->held == NULL) {
        set_timer(server, 0);
    }
}

/* Whether the client has read all that was written. TCP tells what the other side's kernel has. */
static bool is_taken(int fd)
{
    int domain = AF_UNSPEC;
    socklen_t size = sizeof domain;
    int unread = 0;

    return getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &size) == 0 && domain == AF_UNIX &&
           ioctl(fd, SIOCOUTQ, &unread) == 0 && unread == 0;
}

void http_held_tick(struct http_server *server)
{
    struct http_exchange *next = NULL;
    uint64_t periods;

    if (read(server->held_fd, &periods, sizeof periods) != sizeof periods) {
        return;
    }
    for (struct http_exchange *exchange = server->held; exchange != NULL; exchange = next) {
        next = exchange->held_next;
        if (is_taken(exchange->connection->fd) || exchange->held_ticks == 1) {
            http_held_remove(exchange);
            if (!exchange->lost) {
                http_raw_write(exchange);
            }
        } else {
            exchange->held_ticks--;
        }
    }
}
