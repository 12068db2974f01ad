#include "sim/live/client.h"

#include "core/heap.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A stop waits for the container's process, ten seconds as the Engine has it; a create may have to fetch nothing. */
enum { ANSWER_MS_MAX = 120000 };

struct live_client {
    CURL *curl;
    const char *unix_path; /* NULL: TCP */
    const char *host;      /* with the port; what a URL says of a unix socket is no matter */
    struct curl_slist *headers;
    char failure[CURL_ERROR_SIZE];
};

/* The body of an answer as it arrives. */
struct text {
    struct arena *arena;
    char *bytes;
    size_t length, room;
};

static size_t take(char *bytes, size_t one, size_t length, void *context)
{
    enum { FIRST_ROOM = 4096 };
    struct text *text = context;

    (void)one;
    if (text->length + length > text->room) {
        size_t room = 2 * (text->length + length) + FIRST_ROOM;
        char *grown = arena_alloc(text->arena, room);

        if (text->length > 0) {
            memcpy(grown, text->bytes, text->length);
        }
        text->bytes = grown;
        text->room = room;
    }
    memcpy(text->bytes + text->length, bytes, length);
    text->length += length;
    return length;
}

/* false: there is no memory. */
static bool make_ready(struct live_client *client)
{
    static const char *const headers[] = {"Content-Type: application/json", "Expect:"};

    for (size_t i = 0; i < sizeof headers / sizeof headers[0]; i++) {
        struct curl_slist *longer = curl_slist_append(client->headers, headers[i]);

        if (longer == NULL) { /* what there was of the list stays */
            return false;
        }
        client->headers = longer;
    }
    client->curl = curl_easy_init();
    return client->curl != NULL;
}

struct live_client *live_client_open(const char *address, char *error, size_t size)
{
    static const char unix_scheme[] = "unix://", tcp_scheme[] = "tcp://";
    const bool is_unix = strncmp(address, unix_scheme, strlen(unix_scheme)) == 0;
    const bool is_tcp = strncmp(address, tcp_scheme, strlen(tcp_scheme)) == 0;
    const char *rest = address + (is_unix ? strlen(unix_scheme) : strlen(tcp_scheme));
    struct live_client *client = NULL;

    if ((is_unix && rest[0] == '/') || (is_tcp && strchr(rest, ':') != NULL && strchr(rest, '/') == NULL)) {
        client = heap_take_zeroed(1, sizeof *client);
    } else {
        snprintf(error, size, "%s is no Engine's address, expected unix:///PATH or tcp://HOST:PORT", address);
        return NULL;
    }
    client->unix_path = is_unix ? rest : NULL;
    client->host = is_unix ? "docker" : rest;
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != 0) {
        free(client);
        client = NULL;
    } else if (!make_ready(client)) {
        live_client_close(client);
        client = NULL;
    }
    if (client == NULL) {
        snprintf(error, size, "no memory for libcurl");
    }
    return client;
}

void live_client_close(struct live_client *client)
{
    if (client != NULL) {
        curl_slist_free_all(client->headers);
        curl_easy_cleanup(client->curl);
        curl_global_cleanup();
        free(client);
    }
}

const char *live_client_failure(const struct live_client *client)
{
    return client->failure;
}

/* What a request is, for libcurl. */
static CURLcode set_request(struct live_client *client, const struct docker_http_request *request, struct arena *arena,
                            struct text *text)
{
    CURLcode code = CURLE_OK;
/* None is left out when there is no memory for it: without its path, a unix socket's request would go to a host of the
 * network. */
#define SET(option, value) (code = code == CURLE_OK ? curl_easy_setopt(client->curl, option, value) : code)

    curl_easy_reset(client->curl);
    if (client->unix_path != NULL) {
        SET(CURLOPT_UNIX_SOCKET_PATH, client->unix_path);
    }
    SET(CURLOPT_URL, arena_printf(arena, "http://%s%s", client->host, request->target));
    SET(CURLOPT_PATH_AS_IS, 1L);
    SET(CURLOPT_NOPROXY, "*");
    SET(CURLOPT_NOSIGNAL, 1L);
    SET(CURLOPT_TIMEOUT_MS, (long)ANSWER_MS_MAX);
    SET(CURLOPT_ERRORBUFFER, client->failure);
    SET(CURLOPT_HTTPHEADER, client->headers);
    SET(CURLOPT_WRITEFUNCTION, take);
    SET(CURLOPT_WRITEDATA, text);
    SET(CURLOPT_CUSTOMREQUEST, request->method);
    if (request->body != NULL || strcmp(request->method, "POST") == 0) {
        SET(CURLOPT_POSTFIELDSIZE, (long)request->body_length);
        SET(CURLOPT_POSTFIELDS, request->body == NULL ? "" : request->body);
    }
#undef SET
    return code;
}

bool live_client_ask(struct live_client *client, const struct docker_http_request *request, struct arena *arena,
                     struct live_answer *answer)
{
    struct text text = {.arena = arena};
    long status = 0;

    client->failure[0] = '\0';
    CURLcode code = set_request(client, request, arena, &text);

    code = code == CURLE_OK ? curl_easy_perform(client->curl) : code;
    if (code != CURLE_OK) {
        if (client->failure[0] == '\0') {
            snprintf(client->failure, sizeof client->failure, "%s", curl_easy_strerror(code));
        }
        return false;
    }
    curl_easy_getinfo(client->curl, CURLINFO_RESPONSE_CODE, &status);
    *answer = (struct live_answer){(int)status, text.length == 0 ? NULL : value_parse(arena, text.bytes, text.length)};
    return true;
}
