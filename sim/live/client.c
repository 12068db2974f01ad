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
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != 0 || (client->curl = curl_easy_init()) == NULL) {
        snprintf(error, size, "no memory for libcurl");
        free(client);
        return NULL;
    }
    client->unix_path = is_unix ? rest : NULL;
    client->host = is_unix ? "docker" : rest;
    client->headers = curl_slist_append(NULL, "Content-Type: application/json");
    client->headers = curl_slist_append(client->headers, "Expect:");
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

bool live_client_ask(struct live_client *client, const struct docker_http_request *request, struct arena *arena,
                     struct live_answer *answer)
{
    CURL *curl = client->curl;
    struct text text = {.arena = arena};
    long status = 0;

    curl_easy_reset(curl);
    if (client->unix_path != NULL) {
        curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH, client->unix_path);
    }
    curl_easy_setopt(curl, CURLOPT_URL, arena_printf(arena, "http://%s%s", client->host, request->target));
    curl_easy_setopt(curl, CURLOPT_PATH_AS_IS, 1L);
    curl_easy_setopt(curl, CURLOPT_NOPROXY, "*");
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)ANSWER_MS_MAX);
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, client->failure);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, client->headers);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &text);
    curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, request->method);
    if (request->body != NULL || strcmp(request->method, "POST") == 0) {
        curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, (long)request->body_length);
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request->body == NULL ? "" : request->body);
    }
    client->failure[0] = '\0';
    CURLcode code = curl_easy_perform(curl);

    if (code != CURLE_OK) {
        if (client->failure[0] == '\0') {
            snprintf(client->failure, sizeof client->failure, "%s", curl_easy_strerror(code));
        }
        return false;
    }
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    *answer = (struct live_answer){(int)status, text.length == 0 ? NULL : value_parse(arena, text.bytes, text.length)};
    return true;
}
