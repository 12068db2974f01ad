/* An Engine on a socket, asked with libcurl: one thread and one connection per request. */
#include "fakes/tests/conformance/target_socket.h"

#include <curl/curl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct exchange {
    pthread_t thread;
    const struct socket_address *address;
    const struct request *request;
    struct bytes head; /* header lines of the last answer */
    struct bytes body;
    int lines_left;
    const char *failure;
};

const char *header_find(const struct header *headers, const char *name)
{
    for (; headers != NULL; headers = headers->next) {
        if (strcasecmp(headers->name, name) == 0) {
            return headers->value;
        }
    }
    return NULL;
}

void bytes_add(struct bytes *bytes, const char *from, size_t size)
{
    if (bytes->size + size + 1 > bytes->room) {
        bytes->room = 2 * (bytes->size + size) + BYTES_FIRST;
        bytes->at = realloc(bytes->at, bytes->room);
        if (bytes->at == NULL) {
            abort();
        }
    }
    memcpy(bytes->at + bytes->size, from, size);
    bytes->size += size;
    bytes->at[bytes->size] = '\0';
}

static size_t take_head(char *line, size_t one, size_t size, void *user)
{
    struct exchange *exchange = user;

    if (strncmp(line, "HTTP/", strlen("HTTP/")) == 0) {
        exchange->head.size = 0;
    }
    bytes_add(&exchange->head, line, one * size);
    return one * size;
}

static size_t take_body(char *text, size_t one, size_t size, void *user)
{
    struct exchange *exchange = user;
    size_t taken = one * size;

    for (size_t i = 0; exchange->lines_left > 0 && i < taken; i++) {
        if (text[i] == '\n' && --exchange->lines_left == 0) {
            bytes_add(&exchange->body, text, i + 1);
            return 0;
        }
    }
    bytes_add(&exchange->body, text, taken);
    return taken;
}

static struct curl_slist *header_lines(struct arena *arena, const struct request *request)
{
    /* What libcurl would say by itself and a case does not ask for. */
    struct curl_slist *lines = curl_slist_append(NULL, "Expect:");

    if (header_find(request->headers, "Content-Type") == NULL) {
        lines = curl_slist_append(lines, "Content-Type:");
    }
    for (const struct header *header = request->headers; header != NULL; header = header->next) {
        lines = curl_slist_append(lines, arena_printf(arena, "%s: %s", header->name, header->value));
    }
    return lines;
}

static void set_method(CURL *curl, const struct request *request)
{
    curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, request->method);
    if (strcmp(request->method, "HEAD") == 0) {
        curl_easy_setopt(curl, CURLOPT_NOBODY, 1L);
    } else if (request->body != NULL || strcmp(request->method, "POST") == 0) {
        curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, (long)request->body_size);
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request->body == NULL ? "" : request->body);
    }
}

static const char *curl_exchange(struct exchange *exchange)
{
    const struct socket_address *address = exchange->address;
    const struct request *request = exchange->request;
    CURL *curl = curl_easy_init();
    struct arena arena;
    bool cut = request->lines_max > 0;

    arena_init(&arena, arena_source_malloc());
    struct curl_slist *lines = header_lines(&arena, request);
    bool local = address->unix_path != NULL;

    if (local) {
        curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH, address->unix_path);
    }
    curl_easy_setopt(curl, CURLOPT_URL,
                     arena_printf(&arena, "http://%s%s%s%s", local ? "docker" : address->host, local ? "" : ":",
                                  local ? "" : address->port, request->path));
    curl_easy_setopt(curl, CURLOPT_PATH_AS_IS, 1L);
    curl_easy_setopt(curl, CURLOPT_NOPROXY, "*");
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)ANSWER_MS_MAX);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, lines);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take_head);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, exchange);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, exchange);
    set_method(curl, request);
    CURLcode code = curl_easy_perform(curl);

    curl_easy_cleanup(curl);
    curl_slist_free_all(lines);
    arena_reset(&arena);
    return code == CURLE_OK || (cut && code == CURLE_WRITE_ERROR) ? NULL : curl_easy_strerror(code);
}

static void *run_exchange(void *user)
{
    struct exchange *exchange = user;
    const struct request *request = exchange->request;

    exchange->failure = request->hijack || request->raw != NULL
                            ? raw_exchange(exchange->address, request, &exchange->head, &exchange->body)
                            : curl_exchange(exchange);
    return NULL;
}

static void *socket_begin(struct target *target, const struct request *request)
{
    struct exchange *exchange = calloc(1, sizeof *exchange);

    if (exchange == NULL) {
        abort();
    }
    exchange->address = target->self;
    exchange->request = request;
    exchange->lines_left = request->lines_max;
    if (pthread_create(&exchange->thread, NULL, run_exchange, exchange) != 0) {
        abort();
    }
    return exchange;
}

/* HTTP/1.1 200 OK, then Name: value lines. */
static void read_head(struct arena *arena, struct answer *answer, const char *head)
{
    struct header **last = &answer->headers;
    const char *space = strchr(head, ' ');

    answer->status = space == NULL ? 0 : (int)strtol(space, NULL, 10);
    for (const char *line = strchr(head, '\n'); line != NULL; line = strchr(line, '\n')) {
        const char *end = strpbrk(++line, "\r\n");
        const char *colon = strchr(line, ':');

        if (end == NULL || colon == NULL || colon > end) {
            break;
        }
        struct header *header = arena_alloc(arena, sizeof *header);

        header->name = arena_string_n(arena, line, (size_t)(colon - line));
        colon += 1 + strspn(colon + 1, " ");
        header->value = arena_string_n(arena, colon, (size_t)(end - colon));
        *last = header;
        last = &header->next;
    }
}

static void socket_finish(struct target *target, void *begun, struct arena *arena, struct answer *answer)
{
    struct exchange *exchange = begun;

    (void)target;
    pthread_join(exchange->thread, NULL);
    *answer = (struct answer){.failure = exchange->failure, .body = ""};
    if (exchange->head.size > 0) {
        read_head(arena, answer, exchange->head.at);
    }
    if (exchange->body.size > 0) {
        answer->body = arena_string_n(arena, exchange->body.at, exchange->body.size);
        answer->size = exchange->body.size;
    }
    free(exchange->head.at);
    free(exchange->body.at);
    free(exchange);
}

static void socket_pass(struct target *target, int ms)
{
    enum { US_PER_MS = 1000 };

    (void)target;
    usleep((useconds_t)ms * US_PER_MS);
}

static void socket_close(struct target *target)
{
    struct socket_address *address = target->self;

    free((char *)address->host);
    free(address);
}

bool target_open_socket(struct target *target, const char *address)
{
    static const char unix_scheme[] = "unix://", tcp_scheme[] = "tcp://", served[] = "served:";
    struct socket_address *self = calloc(1, sizeof *self);

    if (self == NULL) {
        abort();
    }
    *target = (struct target){.name = address,
                              .served = strncmp(address, served, strlen(served)) == 0,
                              .self = self,
                              .begin = socket_begin,
                              .finish = socket_finish,
                              .pass = socket_pass,
                              .close = socket_close};
    address += target->served ? strlen(served) : 0;
    if (strncmp(address, unix_scheme, strlen(unix_scheme)) == 0) {
        self->unix_path = address + strlen(unix_scheme);
        return true;
    }
    if (strncmp(address, tcp_scheme, strlen(tcp_scheme)) == 0) {
        char *host = strdup(address + strlen(tcp_scheme));
        char *colon = host == NULL ? NULL : strrchr(host, ':');

        self->host = host;
        if (colon != NULL) {
            *colon = '\0';
            self->port = colon + 1;
            return true;
        }
    }
    socket_close(target);
    return false;
}
