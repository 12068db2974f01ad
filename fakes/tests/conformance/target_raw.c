/* Requests that libcurl does not make: hijacked connections (attach, exec) and bytes that are no HTTP at all. */
#include "fakes/tests/conformance/target_socket.h"

#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static const char head_end[] = "\r\n\r\n";

static int connect_tcp(const struct socket_address *address)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *found = NULL;
    int fd = -1;

    if (getaddrinfo(address->host, address->port, &hints, &found) != 0) {
        return -1;
    }
    fd = socket(found->ai_family, found->ai_socktype, found->ai_protocol);
    if (fd >= 0 && connect(fd, found->ai_addr, found->ai_addrlen) != 0) {
        close(fd);
        fd = -1;
    }
    freeaddrinfo(found);
    return fd;
}

static int connect_unix(const struct socket_address *address)
{
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);

    snprintf(name.sun_path, sizeof name.sun_path, "%s", address->unix_path);
    if (fd >= 0 && connect(fd, (struct sockaddr *)&name, sizeof name) != 0) {
        close(fd);
        return -1;
    }
    return fd;
}

static bool send_all(int fd, const char *text, size_t size)
{
    while (size > 0) {
        ssize_t sent = send(fd, text, size, MSG_NOSIGNAL);

        if (sent <= 0) {
            return false;
        }
        text += sent;
        size -= (size_t)sent;
    }
    return true;
}

static void request_text(struct arena *arena, const struct request *request, struct bytes *to)
{
    const char *line = arena_printf(arena, "%s %s HTTP/1.1\r\nHost: docker\r\n", request->method, request->path);

    bytes_add(to, line, strlen(line));
    for (const struct header *header = request->headers; header != NULL; header = header->next) {
        line = arena_printf(arena, "%s: %s\r\n", header->name, header->value);
        bytes_add(to, line, strlen(line));
    }
    line = arena_printf(arena, "Content-Length: %zu\r\n\r\n", request->body_size);
    bytes_add(to, line, strlen(line));
    if (request->body != NULL) {
        bytes_add(to, request->body, request->body_size);
    }
}

/* More of what the other end says; false at its end. */
static bool read_more(int fd, struct bytes *to)
{
    char buffer[BYTES_FIRST];
    struct pollfd ready = {.fd = fd, .events = POLLIN};

    if (poll(&ready, 1, ANSWER_MS_MAX) <= 0) {
        return false;
    }
    ssize_t got = recv(fd, buffer, sizeof buffer, 0);

    if (got > 0) {
        bytes_add(to, buffer, (size_t)got);
    }
    return got > 0;
}

/* How much the head says will follow; -1: until the end of the connection. */
static long length_of(const char *head)
{
    static const char name[] = "\r\nContent-Length:";
    const char *found = strcasestr(head, name);

    return found == NULL ? -1 : strtol(found + strlen(name), NULL, 10);
}

static const char *exchange_on(int fd, const struct request *request, struct bytes *head, struct bytes *body)
{
    struct bytes all = {0};
    const char *end = NULL;

    while (end == NULL && read_more(fd, &all)) {
        end = request->raw != NULL ? NULL : strstr(all.at, head_end);
    }
    if (request->raw != NULL) {
        *body = all;
        return all.size > 0 ? NULL : "the connection was closed without an answer";
    }
    if (end == NULL) {
        free(all.at);
        return "the connection was closed before an answer came";
    }
    bytes_add(head, all.at, (size_t)(end - all.at) + strlen(head_end));
    bytes_add(body, all.at + head->size, all.size - head->size);
    free(all.at);
    long length = length_of(head->at);

    if (length < 0) {
        if (request->stdin_text != NULL) {
            send_all(fd, request->stdin_text, strlen(request->stdin_text));
        }
        shutdown(fd, SHUT_WR);
    }
    while ((length < 0 || body->size < (size_t)length) && read_more(fd, body)) {
    }
    return NULL;
}

const char *raw_exchange(const struct socket_address *address, const struct request *request, struct bytes *head,
                         struct bytes *body)
{
    struct bytes sent = {0};
    struct arena arena;
    const char *failure = "cannot connect";
    int fd = address->unix_path != NULL ? connect_unix(address) : connect_tcp(address);

    arena_init(&arena, arena_source_malloc());
    if (request->raw != NULL) {
        bytes_add(&sent, request->raw, strlen(request->raw));
    } else {
        request_text(&arena, request, &sent);
    }
    if (fd >= 0) {
        failure = send_all(fd, sent.at, sent.size) ? exchange_on(fd, request, head, body) : "the connection was closed";
        close(fd);
    }
    free(sent.at);
    arena_reset(&arena);
    return failure;
}
