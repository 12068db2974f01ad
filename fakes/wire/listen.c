#include "fakes/wire/listen.h"

#include "core/heap.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

struct place {
    struct sockaddr_storage socket;
    socklen_t length;
};

struct complaint {
    const char *address;
    char *text;
    size_t size;
};

__attribute__((format(printf, 2, 3))) static bool complain(const struct complaint *complaint, const char *format, ...)
{
    va_list arguments;
    int written = snprintf(complaint->text, complaint->size, "%s: ", complaint->address);

    if (written >= 0 && (size_t)written < complaint->size) {
        va_start(arguments, format);
        vsnprintf(complaint->text + written, complaint->size - (size_t)written, format, arguments);
        va_end(arguments);
    }
    return false;
}

static int new_socket(int family)
{
    return socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
}

/* A socket file that is there: gone when nobody listens on it. */
static bool remove_stale(const char *path, const struct place *place, const struct complaint *complaint)
{
    struct stat status;

    if (lstat(path, &status) != 0) {
        return errno == ENOENT ? true : complain(complaint, "%s", strerror(errno));
    }
    if (!S_ISSOCK(status.st_mode)) {
        return complain(complaint, "is there and not a socket");
    }
    int fd = new_socket(AF_UNIX);
    bool refused =
        fd >= 0 && connect(fd, (const struct sockaddr *)&place->socket, place->length) != 0 && errno == ECONNREFUSED;

    if (fd >= 0) {
        close(fd);
    }
    if (!refused) {
        return complain(complaint, "somebody listens there");
    }
    return unlink(path) == 0 ? true : complain(complaint, "%s", strerror(errno));
}

/* Sockets whose files are there: an exit in the middle of things takes them away too. */
static struct listener *with_files;

static bool is_ours(const struct listener *listener)
{
    struct stat status;

    if (stat(listener->path, &status) != 0) {
        return errno != ENOENT; /* what cannot be looked at was ours */
    }
    return status.st_dev == listener->device && status.st_ino == listener->inode;
}

static void remove_files(void)
{
    for (; with_files != NULL; with_files = with_files->next) {
        if (is_ours(with_files)) {
            unlink(with_files->path);
        }
    }
}

static void remember_file(struct listener *listener)
{
    static bool registered;

    if (!registered && atexit(remove_files) != 0) {
        heap_is_out();
    }
    registered = true;
    listener->next = with_files;
    with_files = listener;
}

static void forget_file(struct listener *listener)
{
    struct listener **place = &with_files;

    while (*place != NULL && *place != listener) {
        place = &(*place)->next;
    }
    if (*place != NULL) {
        *place = listener->next;
    }
}

static void listener_free(struct listener *listener)
{
    free(listener->path);
    free(listener->address);
    *listener = (struct listener){.fd = -1};
}

static bool listen_on(struct listener *listener, const struct place *place, const struct complaint *complaint)
{
    const int on = 1;
    bool bound = false;
    const mode_t owner_only = S_IRUSR | S_IWUSR;

    listener->fd = new_socket(place->socket.ss_family);
    if (listener->fd < 0) {
        return complain(complaint, "%s", strerror(errno));
    }
    /* On Linux a socket's own mode becomes its file's, so that there is no moment at which others may connect. */
    if ((place->socket.ss_family == AF_UNIX
             ? fchmod(listener->fd, owner_only)
             : setsockopt(listener->fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on)) != 0 ||
        !(bound = bind(listener->fd, (const struct sockaddr *)&place->socket, place->length) == 0) ||
        listen(listener->fd, SOMAXCONN) != 0) {
        complain(complaint, "%s", strerror(errno));
        if (bound && listener->path != NULL) {
            unlink(listener->path);
        }
        close(listener->fd);
        return false;
    }
    return true;
}

static bool open_unix(struct listener *listener, const char *path, const struct complaint *complaint)
{
    struct place place = {.socket = {.ss_family = AF_UNIX}, .length = sizeof(struct sockaddr_un)};
    struct sockaddr_un *name = (struct sockaddr_un *)&place.socket;
    struct stat status;

    if (path[0] != '/' || strlen(path) >= sizeof name->sun_path) {
        return complain(complaint, "must be an absolute path of less than %zu bytes", sizeof name->sun_path);
    }
    memcpy(name->sun_path, path, strlen(path) + 1);
    /* Before there is a file that somebody has to know of. */
    listener->path = heap_string(path);
    listener->address = heap_string(complaint->address);
    if (!remove_stale(path, &place, complaint) || !listen_on(listener, &place, complaint)) {
        listener_free(listener);
        return false;
    }
    if (stat(path, &status) != 0) {
        complain(complaint, "%s", strerror(errno));
        unlink(path);
        close(listener->fd);
        listener_free(listener);
        return false;
    }
    listener->device = status.st_dev;
    listener->inode = status.st_ino;
    remember_file(listener);
    return true;
}

static bool is_loopback(const struct place *place)
{
    enum { CLASS_A_SHIFT = 24, LOOPBACK_NET = 127 };

    if (place->socket.ss_family == AF_INET6) {
        return IN6_IS_ADDR_LOOPBACK(&((const struct sockaddr_in6 *)&place->socket)->sin6_addr);
    }
    return ntohl(((const struct sockaddr_in *)&place->socket)->sin_addr.s_addr) >> CLASS_A_SHIFT == LOOPBACK_NET;
}

/* getaddrinfo() takes a port's low 16 bits. */
static bool is_port(const char *text)
{
    enum { MOST = 65535, DIGITS = 5 };
    size_t digits = strspn(text, "0123456789");

    return digits > 0 && digits <= DIGITS && text[digits] == '\0' && strtol(text, NULL, 10) <= MOST;
}

/* `host:port` with a numeric host, [in brackets] for IPv6, `localhost`, or none for every interface. */
static bool find_place(struct place *place, const char *text, const struct complaint *complaint)
{
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM,
                                   .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE};
    struct addrinfo *found = NULL;
    char host[INET6_ADDRSTRLEN + 2];
    const char *colon = strrchr(text, ':');
    size_t length = colon == NULL ? 0 : (size_t)(colon - text);
    bool bracketed = length > 2 && text[0] == '[' && text[length - 1] == ']';

    if (colon == NULL || !is_port(colon + 1) || length >= sizeof host) {
        return complain(complaint, "must be tcp://HOST:PORT, with a port up to 65535");
    }
    snprintf(host, sizeof host, "%.*s", (int)(bracketed ? length - 2 : length), bracketed ? text + 1 : text);
    const char *name = host[0] == '\0' ? NULL : strcmp(host, "localhost") == 0 ? "127.0.0.1" : host;
    int failure = getaddrinfo(name, colon + 1, &hints, &found);

    if (failure != 0) {
        return complain(complaint, "%s", gai_strerror(failure));
    }
    memcpy(&place->socket, found->ai_addr, found->ai_addrlen);
    place->length = found->ai_addrlen;
    freeaddrinfo(found);
    return true;
}

static bool open_tcp(struct listener *listener, const char *text, bool anywhere, const struct complaint *complaint)
{
    struct place place = {.length = 0};
    socklen_t length = sizeof place.socket;

    if (!find_place(&place, text, complaint)) {
        return false;
    }
    if (!anywhere && !is_loopback(&place)) {
        return complain(complaint, "is not loopback: anybody could connect");
    }
    if (!listen_on(listener, &place, complaint)) {
        return false;
    }
    getsockname(listener->fd, (struct sockaddr *)&place.socket, &length);
    /* sin_port and sin6_port lie at the same place */
    unsigned port = ntohs(((const struct sockaddr_in *)&place.socket)->sin_port);

    if (asprintf(&listener->address, "tcp://%.*s%u", (int)(strrchr(text, ':') + 1 - text), text, port) < 0) {
        heap_is_out();
    }
    return true;
}

bool listener_open(struct listener *listener, const char *address, bool anywhere, char *error, size_t size)
{
    static const char unix_scheme[] = "unix://";
    static const char tcp_scheme[] = "tcp://";
    const struct complaint complaint = {address, error, size};

    *listener = (struct listener){.fd = -1};
    if (strncmp(address, unix_scheme, sizeof unix_scheme - 1) == 0) {
        return open_unix(listener, address + sizeof unix_scheme - 1, &complaint);
    }
    if (strncmp(address, tcp_scheme, sizeof tcp_scheme - 1) == 0) {
        return open_tcp(listener, address + sizeof tcp_scheme - 1, anywhere, &complaint);
    }
    return complain(&complaint, "must begin with unix:// or tcp://");
}

void listener_close(struct listener *listener)
{
    if (listener->path != NULL && is_ours(listener)) {
        unlink(listener->path);
    }
    forget_file(listener);
    close(listener->fd);
    listener_free(listener);
}
