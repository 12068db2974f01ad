/* One request and its answer. */
#include "fakes/wire/http_internal.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

struct http_exchange *http_exchange_new(struct http_connection *connection, struct MHD_Connection *library,
                                        const char *target)
{
    struct http_exchange *exchange = calloc(1, sizeof *exchange);

    if (exchange == NULL) {
        return NULL;
    }
    exchange->connection = connection;
    exchange->library = library;
    exchange->target = strdup(target);
    if (exchange->target == NULL) {
        free(exchange);
        return NULL;
    }
    connection->exchange = exchange;
    return exchange;
}

void http_exchange_free(struct http_exchange *exchange)
{
    http_held_remove(exchange);
    exchange->connection->server->bodies -= exchange->body.length;
    exchange->connection->exchange = NULL;
    byte_queue_free(&exchange->body);
    byte_queue_free(&exchange->output);
    free(exchange->target);
    free(exchange);
}

void http_exchange_suspend(struct http_exchange *exchange)
{
    MHD_suspend_connection(exchange->library);
    exchange->suspended = true;
    if (exchange->raw) {
        http_raw_watch(exchange);
    } else if (exchange->connection->half_closed) {
        http_exchange_lose(exchange);
    }
}

void http_exchange_resume(struct http_exchange *exchange)
{
    struct http_connection *connection = exchange->connection;

    if (exchange->suspended) {
        exchange->suspended = false;
        connection->server->due = true;
        MHD_resume_connection(exchange->library);
    }
}

void http_exchange_lose(struct http_exchange *exchange)
{
    exchange->lost = true;
    if (exchange->suspended) {
        http_exchange_resume(exchange);
    } else {
        shutdown(exchange->connection->fd, SHUT_RDWR);
    }
}

void http_exchange_finish(struct http_exchange *exchange)
{
    struct http_connection *connection = exchange->connection;

    exchange->state = EXCHANGE_ENDING;
    http_connection_move(connection, &connection->server->idle);
}

const char *http_exchange_method(const struct http_exchange *exchange)
{
    return exchange->method;
}

const char *http_exchange_target(const struct http_exchange *exchange)
{
    return exchange->target;
}

const char *http_exchange_header(const struct http_exchange *exchange, const char *name)
{
    return MHD_lookup_connection_value(exchange->library, MHD_HEADER_KIND, name);
}

const char *http_exchange_body(const struct http_exchange *exchange, size_t *length)
{
    *length = exchange->body.length;
    return byte_queue_bytes(&exchange->body);
}

void http_exchange_set_data(struct http_exchange *exchange, void *data)
{
    exchange->data = data;
}

void *http_exchange_data(const struct http_exchange *exchange)
{
    return exchange->data;
}

/* Queues a response, which it takes; NULL stands for no memory. */
static void respond(struct http_exchange *exchange, unsigned status, const struct http_header *headers,
                    struct MHD_Response *response)
{
    enum MHD_Result queued = MHD_NO;

    if (response != NULL) {
        for (const struct http_header *header = headers; header != NULL && header->name != NULL; header++) {
            MHD_add_response_header(response, header->name, header->value);
        }
        MHD_set_response_options(response, exchange->is_old ? MHD_RF_HTTP_1_0_SERVER : MHD_RF_NONE, MHD_RO_END);
        queued = MHD_queue_response(exchange->library, status, response);
        MHD_destroy_response(response);
    }
    exchange->answered = true;
    if (queued == MHD_YES) {
        http_exchange_resume(exchange);
    } else {
        http_exchange_lose(exchange);
    }
}

void http_exchange_answer(struct http_exchange *exchange, unsigned status, const struct http_header *headers,
                          const void *body, size_t length)
{
    assert(exchange->state == EXCHANGE_ASKED || exchange->state == EXCHANGE_ARRIVES);
    http_exchange_finish(exchange);
    if (!exchange->lost) {
        /* The library takes a pointer to what it will not change. */
        respond(exchange, status, headers,
                MHD_create_response_from_buffer(length, (void *)(uintptr_t)body, MHD_RESPMEM_MUST_COPY));
    }
}

static void keep(void *owner)
{
    (void)owner;
}

void http_exchange_answer_kept(struct http_exchange *exchange, unsigned status, const struct http_header *headers,
                               const void *body, size_t length, void (*release)(void *owner), void *owner)
{
    struct MHD_Response *response = NULL;

    assert(exchange->state == EXCHANGE_ASKED);
    release = release == NULL ? keep : release;
    http_exchange_finish(exchange);
    if (!exchange->lost) {
        response =
            MHD_create_response_from_buffer_with_free_callback_cls(length, (void *)(uintptr_t)body, release, owner);
        respond(exchange, status, headers, response);
    }
    if (response == NULL) {
        release(owner);
    }
}

/* Gives libmicrohttpd the next bytes of a stream (MHD_ContentReaderCallback). */
static ssize_t next_bytes(void *context, uint64_t position, char *buffer, size_t size)
{
    struct http_exchange *exchange = context;
    size_t length = exchange->output.length < size ? exchange->output.length : size;

    (void)position;
    if (exchange->lost) {
        return MHD_CONTENT_READER_END_WITH_ERROR;
    }
    if (length > 0) {
        memcpy(buffer, byte_queue_bytes(&exchange->output), length);
        byte_queue_take(&exchange->output, length);
        return (ssize_t)length;
    }
    if (exchange->state == EXCHANGE_ENDING) {
        return MHD_CONTENT_READER_END_OF_STREAM;
    }
    http_exchange_suspend(exchange); /* returning 0 alone would make it ask again at once, for ever */
    return 0;
}

void http_exchange_stream(struct http_exchange *exchange, unsigned status, const struct http_header *headers)
{
    enum { BLOCK = 4096 };

    assert(exchange->state == EXCHANGE_ASKED);
    exchange->state = EXCHANGE_STREAMING;
    if (!exchange->lost) {
        respond(exchange, status, headers,
                MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK, next_bytes, exchange, NULL));
    }
}

bool http_exchange_write(struct http_exchange *exchange, const void *bytes, size_t length)
{
    assert(exchange->state == EXCHANGE_STREAMING || exchange->state == EXCHANGE_RAW);
    if (exchange->lost) {
        return false;
    }
    bool added = byte_queue_add(&exchange->output, bytes, length);

    if (exchange->raw) {
        http_raw_write(exchange);
    } else if (length > 0) {
        http_exchange_resume(exchange);
    }
    if (!exchange->lost && (!added || exchange->output.length > exchange->connection->server->limits.stream_bytes)) {
        http_exchange_lose(exchange);
    }
    return !exchange->lost;
}

size_t http_exchange_pending(const struct http_exchange *exchange)
{
    return exchange->output.length;
}

void http_exchange_end(struct http_exchange *exchange)
{
    assert(exchange->state == EXCHANGE_STREAMING || exchange->state == EXCHANGE_RAW);
    http_exchange_finish(exchange);
    if (exchange->lost) {
        return;
    }
    if (exchange->raw) {
        http_raw_write(exchange);
    } else {
        http_exchange_resume(exchange);
    }
}

void http_exchange_drop(struct http_exchange *exchange)
{
    http_exchange_finish(exchange);
    if (!exchange->lost) {
        http_exchange_lose(exchange);
    }
}
