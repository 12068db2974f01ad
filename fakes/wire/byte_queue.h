/* Bytes that come in at one end and go out at the other, in memory that grows as needed. All zero is an empty queue. */
#ifndef DRYDOCK_FAKES_WIRE_BYTE_QUEUE_H
#define DRYDOCK_FAKES_WIRE_BYTE_QUEUE_H

#include <stdbool.h>
#include <stddef.h>

struct byte_queue {
    char *memory;
    size_t start, length, capacity; /* memory[start .. start + length) of capacity */
};

/* Appends a copy; a NUL follows the last byte. False without memory: nothing was added. */
bool byte_queue_add(struct byte_queue *queue, const void *bytes, size_t length);
/* The first byte; "" when nothing was ever added. Good until the next add. */
const char *byte_queue_bytes(const struct byte_queue *queue);
/* Takes bytes off the front, at most as many as there are. Memory is given back when the queue is empty. */
void byte_queue_take(struct byte_queue *queue, size_t length);
void byte_queue_free(struct byte_queue *queue);

#endif
