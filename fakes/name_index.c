#include "fakes/name_index.h"

#include <assert.h>
#include <string.h>

static uint64_t hash_of(const char *name, size_t length)
{
    uint64_t hash = hash_bytes(name, length);

    return hash == 0 ? 1 : hash;
}

static bool is_name(const char *name, const char *text, size_t length)
{
    return strncmp(name, text, length) == 0 && name[length] == '\0';
}

/* The place of a name, or the free one where it belongs. */
static struct name_place *place_of(struct name_place *places, uint32_t size, uint64_t hash, const char *name,
                                   size_t length)
{
    uint32_t place = (uint32_t)hash & (size - 1);

    while (places[place].hash != 0 && (places[place].hash != hash || !is_name(places[place].name, name, length))) {
        place = (place + 1) & (size - 1);
    }
    return &places[place];
}

static void enlarge(struct name_index *index, struct arena *memory)
{
    enum { SIZE_FIRST = 16 };
    uint32_t size = index->size == 0 ? SIZE_FIRST : index->size * 2;
    struct name_place *places = write_log_alloc(index->writes, memory, size * sizeof *places);

    for (uint32_t i = 0; i < index->size; i++) {
        const struct name_place *place = &index->places[i];

        if (place->hash != 0) {
            *place_of(places, size, place->hash, place->name, strlen(place->name)) = *place;
        }
    }
    index->places = places;
    index->size = size;
}

void name_index_add(struct name_index *index, struct arena *memory, const char *name, uint32_t at)
{
    if ((index->count + 1) * 2 > index->size) {
        enlarge(index, memory);
    }
    size_t length = strlen(name);
    uint64_t hash = hash_of(name, length);
    struct name_place *place = place_of(index->places, index->size, hash, name, length);

    write_log_before(index->writes, place, sizeof *place);
    index->count += place->hash == 0;
    index->sum += hash_combine(hash, 1);
    place->hash = hash;
    place->name = name;
    place->count++;
    place->at = at;
}

void name_index_remove(struct name_index *index, const char *name)
{
    struct name_place *place = name_index_find(index, name);

    assert(place != NULL);
    write_log_before(index->writes, place, sizeof *place);
    place->count--;
    index->sum -= hash_combine(place->hash, 1);
}

struct name_place *name_index_find(const struct name_index *index, const char *name)
{
    return name_index_find_n(index, name, strlen(name));
}

struct name_place *name_index_find_n(const struct name_index *index, const char *name, size_t length)
{
    struct name_place *place =
        index->size == 0 ? NULL : place_of(index->places, index->size, hash_of(name, length), name, length);

    return place == NULL || place->count == 0 ? NULL : place;
}

static const char *name_at(const struct name_column *column, uint32_t at)
{
    const char *entry = (const char *)column->entries + at * column->entry_size;

    return *(const char *const *)(const void *)(entry + column->name_offset);
}

uint32_t name_index_last(const struct name_index *index, const char *name, size_t length,
                         const struct name_column *column)
{
    struct name_place *place = name_index_find_n(index, name, length);

    if (place == NULL) {
        return NAME_NOWHERE;
    }
    uint32_t at = place->at < column->count ? place->at : column->count - 1;

    while (!is_name(name_at(column, at), name, length)) {
        at--;
    }
    if (at != place->at) {
        write_log_before(index->writes, place, sizeof *place);
        place->at = at;
    }
    return at;
}
