#include "fakes/syncthing.h"

#include "fakes/world.h"

#include <assert.h>
#include <string.h>

/* Folders are one set, in the order of the configuration; what is set for all of syncthing another. */
enum { SET_SETTINGS = 2 };

static void touch_folder(const struct syncthing *syncthing, const char *id, enum touch_mode mode)
{
    touch_name(&syncthing->world->watch, OBJECTS_SYNC, id, mode);
}

static void touch_setting(const struct syncthing *syncthing, const char *name, enum touch_mode mode)
{
    touch_member(&syncthing->world->watch, OBJECTS_SYNC, SET_SETTINGS, name, mode);
}

void syncthing_init(struct syncthing *syncthing, struct world *world)
{
    *syncthing =
        (struct syncthing){.world = world, .health = "OK", .in_sync_percent = 100, .devices = value_empty_array()};
}

void syncthing_add_folder(struct syncthing *syncthing, const char *id, const char *path, const char *type)
{
    struct arena *memory = syncthing->world->memory;
    struct sync_folder *folder = table_add(memory, (void **)&syncthing->folders, &syncthing->folder_count,
                                           &syncthing->folder_size, sizeof *folder);

    *folder = (struct sync_folder){arena_string(memory, id), arena_string(memory, path), arena_string(memory, type)};
    touch_added(&syncthing->world->watch, OBJECTS_SYNC, folder->id);
}

const struct sync_folder *syncthing_folder(const struct syncthing *syncthing, const char *id)
{
    for (uint32_t i = 0; id != NULL && i < syncthing->folder_count; i++) {
        if (strcmp(syncthing->folders[i].id, id) == 0) {
            return &syncthing->folders[i];
        }
    }
    return NULL;
}

static const struct sync_folder *find_folder(const struct syncthing *syncthing, const char *id)
{
    touch_folder(syncthing, id, TOUCH_READ);
    return syncthing_folder(syncthing, id);
}

static const struct value *all_folders(const struct syncthing *syncthing, struct arena *arena)
{
    const struct value **items = arena_alloc(arena, (syncthing->folder_count + 1) * sizeof *items);

    touch_every(&syncthing->world->watch, OBJECTS_SYNC);
    for (uint32_t i = 0; i < syncthing->folder_count; i++) {
        const struct sync_folder *folder = &syncthing->folders[i];

        items[i] = OBJECT(arena, {"id", value_string(arena, folder->id)}, {"path", value_string(arena, folder->path)},
                          {"type", value_string(arena, folder->type)});
    }
    return value_array(arena, items, syncthing->folder_count);
}

static void change_folder(struct syncthing *syncthing, struct effect *effect, struct arena *answers)
{
    const char *id = value_get_text(effect->args, "id");
    const char *type = value_get_text(value_get(effect->args, "body"), "type");
    const struct sync_folder *found = find_folder(syncthing, id);

    if (found == NULL) {
        effect_fail(effect, answers, 404, NULL, "No folder with given ID");
        return;
    }
    struct sync_folder *folder = &syncthing->folders[found - syncthing->folders];

    if (type != NULL && strcmp(folder->type, type) != 0) {
        touch_folder(syncthing, id, TOUCH_WRITE);
        folder->type = arena_string(syncthing->world->memory, type);
        world_note_change(syncthing->world,
                          (struct change){.kind = CHANGE_FOLDER_CHANGED, .object = folder->id, .detail = folder->type});
    }
    effect->result = value_empty_object();
}

static void delete_folder(struct syncthing *syncthing, struct effect *effect, struct arena *answers)
{
    const struct sync_folder *found = find_folder(syncthing, value_get_text(effect->args, "id"));

    if (found == NULL) {
        effect_fail(effect, answers, 404, NULL, "No folder with given ID");
        return;
    }
    touch_folder(syncthing, found->id, TOUCH_WRITE);
    world_note_change(syncthing->world, (struct change){.kind = CHANGE_FOLDER_REMOVED, .object = found->id});
    table_remove(syncthing->folders, &syncthing->folder_count, sizeof syncthing->folders[0],
                 (uint32_t)(found - syncthing->folders));
    effect->result = value_empty_object();
}

static void put_folders(struct syncthing *syncthing, const struct value *folders)
{
    for (uint32_t i = 0; i < value_count(folders); i++) {
        const struct value *folder = value_at(folders, i);
        const char *id = value_get_text(folder, "id");
        const char *type = value_get_text(folder, "type");
        const struct sync_folder *found = find_folder(syncthing, id);

        if (found == NULL) {
            syncthing_add_folder(syncthing, id, value_get_text(folder, "path"), type);
            found = syncthing_folder(syncthing, id);
        } else {
            touch_folder(syncthing, id, TOUCH_WRITE);
            syncthing->folders[found - syncthing->folders].type = arena_string(syncthing->world->memory, type);
        }
        world_note_change(syncthing->world,
                          (struct change){.kind = CHANGE_FOLDER_CHANGED, .object = found->id, .detail = found->type});
    }
}

/* Half a gigabyte, of which so much is here as the scenario says. */
static void folder_status(const struct syncthing *syncthing, struct effect *effect, struct arena *answers)
{
    static const double bytes = 500000000;

    if (find_folder(syncthing, value_get_text(effect->args, "folder")) == NULL) {
        effect_fail(effect, answers, 404, NULL, "folder not found");
        return;
    }
    effect->result = OBJECT(answers, {"globalBytes", value_number(answers, bytes)},
                            {"inSyncBytes", value_number(answers, bytes * syncthing->in_sync_percent / 100)});
}

void syncthing_apply(struct syncthing *syncthing, struct effect *effect, struct arena *answers)
{
    switch (effect->id) {
    case EFFECT_SYNCTHING_HEALTH:
        touch_setting(syncthing, "health", TOUCH_READ);
        effect->result = OBJECT(answers, {"status", value_string(answers, syncthing->health)});
        break;
    case EFFECT_SYNCTHING_GET_FOLDERS:
        effect->result = all_folders(syncthing, answers);
        break;
    case EFFECT_SYNCTHING_PATCH_FOLDER:
        change_folder(syncthing, effect, answers);
        break;
    case EFFECT_SYNCTHING_DELETE_FOLDER:
        delete_folder(syncthing, effect, answers);
        break;
    case EFFECT_SYNCTHING_SYSTEM_STATUS:
        effect->result = OBJECT(answers, {"myID", value_string(answers, "THIS-NODE")});
        break;
    case EFFECT_SYNCTHING_GET_DEVICES:
        touch_setting(syncthing, "devices", TOUCH_READ);
        effect->result = syncthing->devices;
        break;
    case EFFECT_SYNCTHING_PUT_DEVICES:
        touch_setting(syncthing, "devices", TOUCH_WRITE);
        syncthing->devices = value_copy(syncthing->world->memory, value_get(effect->args, "body"));
        effect->result = value_empty_object();
        break;
    case EFFECT_SYNCTHING_PUT_FOLDERS:
        put_folders(syncthing, value_get(effect->args, "body"));
        effect->result = value_empty_object();
        break;
    case EFFECT_SYNCTHING_FOLDER_STATUS:
        folder_status(syncthing, effect, answers);
        break;
    case EFFECT_SYNCTHING_GET_RESTART_REQUIRED:
        touch_setting(syncthing, "restart", TOUCH_READ);
        effect->result = OBJECT(answers, {"requiresRestart", value_bool(syncthing->restart_required)});
        break;
    case EFFECT_SYNCTHING_RESTART:
        touch_setting(syncthing, "restart", TOUCH_WRITE);
        syncthing->restart_required = false;
        effect->result = value_empty_object();
        break;
    default:
        assert(false && "not a syncthing effect");
    }
}

uint64_t syncthing_hash(const struct syncthing *syncthing)
{
    uint64_t hash = hash_combine(hash_of_text(syncthing->health), syncthing->restart_required);

    hash = hash_combine(hash, hash_of_number(syncthing->in_sync_percent));
    hash = hash_combine(hash, syncthing->devices == NULL ? 0 : syncthing->devices->hash);
    for (uint32_t i = 0; i < syncthing->folder_count; i++) {
        const struct sync_folder *folder = &syncthing->folders[i];

        hash = hash_combine(hash, hash_of_text(folder->id));
        hash = hash_combine(hash, hash_combine(hash_of_text(folder->path), hash_of_text(folder->type)));
    }
    return hash;
}
