#include "fakes/wire/byte_queue.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static bool make_room(struct byte_queue *queue, size_t length)
{
    enum { CAPACITY_MIN = 512 };
    size_t needed = queue->length + length + 1;

    if (queue->start > 0 && queue->start + needed > queue->capacity) {
        memmove(queue->memory, queue->memory + queue->start, queue->length);
        queue->start = 0;
    }
    if (needed > queue->capacity) {
        size_t capacity = needed > 2 * queue->capacity ? needed : 2 * queue->capacity;

        capacity = capacity < CAPACITY_MIN ? CAPACITY_MIN : capacity;
        char *memory = realloc(queue->memory, capacity);

        if (memory == NULL) {
            return false;
        }
        queue->memory = memory;
        queue->capacity = capacity;
    }
    return true;
}

bool byte_queue_add(struct byte_queue *queue, const void *bytes, size_t length)
{
    if (length == 0) {
        return true;
    }
    if (!make_room(queue, length)) {
        return false;
    }
    memcpy(queue->memory + queue->start + queue->length, bytes, length);
    queue->length += length;
    queue->memory[queue->start + queue->length] = '\0';
    return true;
}

const char *byte_queue_bytes(const struct byte_queue *queue)
{
    return queue->memory == NULL ? "" : queue->memory + queue->start;
}

void byte_queue_take(struct byte_queue *queue, size_t length)
{
    assert(length <= queue->length);
    queue->start += length;
    queue->length -= length;
    if (queue->length == 0) {
        byte_queue_free(queue);
    }
}

void byte_queue_free(struct byte_queue *queue)
{
    free(queue->memory);
    *queue = (struct byte_queue){0};
}
