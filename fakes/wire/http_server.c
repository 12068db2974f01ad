/* The loop, opening and closing. */
#include "fakes/wire/http_internal.h"

#include "core/heap.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/timerfd.h>
#include <unistd.h>

enum {
    KIB = 1024,
    MS_PER_SECOND = 1000,
    NS_PER_MS = 1000000,
    DESCRIPTORS_KEPT = 128, /* for others in the process */
};

/* How long libmicrohttpd allows to wait, at most timeout_ms. */
static int wait_ms(struct http_server *server, int timeout_ms)
{
    MHD_UNSIGNED_LONG_LONG library_ms;

    if (!server->due && MHD_get_timeout(server->daemon, &library_ms) == MHD_YES) {
        server->due = library_ms == 0;
        if (timeout_ms < 0 || library_ms < (MHD_UNSIGNED_LONG_LONG)timeout_ms) {
            timeout_ms = library_ms > INT_MAX ? INT_MAX : (int)library_ms;
        }
    }
    return server->due ? 0 : timeout_ms;
}

static void connection_event(struct http_connection *connection, uint32_t events)
{
    struct http_exchange *exchange = connection->exchange;

    if (!connection->served) {
        http_connection_read(connection, events);
    } else if (exchange == NULL || !exchange->raw) {
        http_connection_half_closed(connection);
    } else if (exchange->suspended) { /* else an event of this round has ended it */
        http_raw_event(exchange, events);
    }
}

/* What happens to connections that the round's events may be about, other than by their own event, waits for the end.
 */
static bool handle(const struct epoll_event *event, bool *tick, bool *held)
{
    switch (*(enum http_watch *)event->data.ptr) {
    case WATCH_LISTENER:
        ((struct http_listener *)event->data.ptr)->ready = true;
        break;
    case WATCH_LIBRARY:
        return true;
    case WATCH_TIMER:
        *tick = true;
        break;
    case WATCH_HELD:
        *held = true;
        break;
    case WATCH_CONNECTION:
        connection_event(event->data.ptr, event->events);
        break;
    }
    return false;
}

static void tick_over(struct http_server *server)
{
    uint64_t periods;

    if (read(server->timer_fd, &periods, sizeof periods) == sizeof periods) {
        http_connections_tick(server);
    }
}

bool http_server_poll(struct http_server *server, int timeout_ms)
{
    enum { EVENTS = 256 };
    struct epoll_event events[EVENTS];
    int count = epoll_wait(server->epoll, events, EVENTS, wait_ms(server, timeout_ms));
    bool library_due = count == 0;
    bool tick = false, held = false;

    if (count < 0) {
        return false;
    }
    for (int i = 0; i < count; i++) {
        library_due |= handle(&events[i], &tick, &held);
    }
    if (tick) {
        tick_over(server);
    }
    if (held) {
        http_held_tick(server);
    }
    for (size_t i = 0; i < server->listener_count; i++) {
        if (server->listeners[i].ready) {
            server->listeners[i].ready = false;
            http_accept(server, &server->listeners[i]);
        }
    }
    if (library_due || server->due) {
        server->due = false;
        MHD_run(server->daemon);
        http_connections_leave(server);
    }
    return true;
}

/* ---- opening and closing ---- */

static void set_default(size_t *limit, size_t value)
{
    *limit = *limit == 0 ? value : *limit;
}

/* Raises RLIMIT_NOFILE as far as it goes, and lowers the limit of connections to what it allows. */
static void set_connection_limit(struct http_limits *limits)
{
    const uint32_t usual = 16 * KIB;
    struct rlimit files;

    limits->connections = limits->connections == 0 ? usual : limits->connections;
    if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
        files.rlim_cur = files.rlim_max;
        setrlimit(RLIMIT_NOFILE, &files);
        if (files.rlim_cur / 2 < DESCRIPTORS_KEPT) {
            limits->connections = DESCRIPTORS_KEPT / 2;
        } else if (limits->connections > files.rlim_cur - DESCRIPTORS_KEPT) {
            limits->connections = (uint32_t)(files.rlim_cur - DESCRIPTORS_KEPT);
        }
    }
}

static void set_limits(struct http_server *server)
{
    const size_t header = 32UL * KIB;
    const size_t body = 64UL * KIB * KIB;
    const size_t stream = 16UL * KIB * KIB;

    set_default(&server->limits.header_bytes, header);
    set_default(&server->limits.body_bytes, body);
    set_default(&server->limits.stream_bytes, stream);
    set_connection_limit(&server->limits);
}

static bool watch(struct http_server *server, int fd, enum http_watch *what)
{
    struct epoll_event event = {EPOLLIN, {.ptr = what}};

    return fd >= 0 && epoll_ctl(server->epoll, EPOLL_CTL_ADD, fd, &event) == 0;
}

static bool start_timer(struct http_server *server)
{
    const long period_ms = server->limits.idle_timeout_ms / TICKS_PER_TIMEOUT + 1;
    const struct timespec period = {period_ms / MS_PER_SECOND, period_ms % MS_PER_SECOND * NS_PER_MS};
    const struct itimerspec setting = {period, period};

    if (server->limits.idle_timeout_ms == 0) {
        return true;
    }
    server->timer = WATCH_TIMER;
    server->timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    return watch(server, server->timer_fd, &server->timer) && timerfd_settime(server->timer_fd, 0, &setting, NULL) == 0;
}

static bool start_library(struct http_server *server)
{
    server->library = WATCH_LIBRARY;
    return http_library_start(server) &&
           watch(server, MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd, &server->library);
}

static bool listen_everywhere(struct http_server *server, const struct http_server_options *options, char *error,
                              size_t size)
{
    size_t count = 0;

    while (options->addresses[count] != NULL) {
        count++;
    }
    server->listeners = heap_take_zeroed(count + 1, sizeof *server->listeners);
    for (size_t i = 0; i < count; i++) {
        struct http_listener *listener = &server->listeners[i];

        listener->watch = WATCH_LISTENER;
        if (!listener_open(&listener->listener, options->addresses[i], options->listen_anywhere, error, size)) {
            return false;
        }
        server->listener_count++;
        if (!watch(server, listener->listener.fd, &listener->watch)) {
            return false;
        }
    }
    return true;
}

struct http_server *http_server_open(const struct http_server_options *options, char *error, size_t size)
{
    struct http_server *server = heap_take_zeroed(1, sizeof *server);

    server->handlers = options->handlers;
    server->context = options->context;
    server->limits = options->limits;
    server->timer_fd = -1;
    server->held_fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    server->held_watch = WATCH_HELD;
    set_limits(server);
    error[0] = '\0';
    server->peeked = heap_take(server->limits.header_bytes);
    server->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (server->epoll < 0 || !start_library(server) || !start_timer(server) ||
        !watch(server, server->held_fd, &server->held_watch) || !listen_everywhere(server, options, error, size)) {
        if (error[0] == '\0' && errno == ENOMEM) {
            heap_is_out();
        }
        if (error[0] == '\0') {
            snprintf(error, size, "cannot start the HTTP server: %s", strerror(errno));
        }
        http_server_close(server);
        return NULL;
    }
    return server;
}

static void end_exchanges(struct http_list *list)
{
    for (struct http_connection *connection = list->first; connection != NULL; connection = connection->after) {
        if (connection->exchange != NULL && !connection->exchange->lost) {
            http_exchange_lose(connection->exchange);
        }
    }
}

void http_server_close(struct http_server *server)
{
    if (server == NULL) {
        return;
    }
    end_exchanges(&server->busy);
    end_exchanges(&server->idle);
    end_exchanges(&server->leaving);
    if (server->daemon != NULL) {
        MHD_stop_daemon(server->daemon);
    }
    while (server->waiting.first != NULL) {
        http_connection_close(http_list_take(&server->waiting));
    }
    for (size_t i = 0; i < server->listener_count; i++) {
        listener_close(&server->listeners[i].listener);
    }
    if (server->timer_fd >= 0) {
        close(server->timer_fd);
    }
    if (server->held_fd >= 0) {
        close(server->held_fd);
    }
    if (server->epoll >= 0) {
        close(server->epoll);
    }
    free(server->listeners);
    free(server->peeked);
    free(server);
}

const char *http_server_address(const struct http_server *server, size_t index)
{
    return index < server->listener_count ? server->listeners[index].listener.address : NULL;
}
