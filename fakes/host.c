#include "fakes/host_parts.h"
#include "fakes/host_paths.h"

#include <assert.h>
#include <string.h>

void host_init(struct host *host, struct world *world)
{
    *host = (struct host){.world = world, .iptables_present = false};
    host_add_disk(host, "/dev/vda", "/", 500000000, 20000000); /* as in the recordings */
}

static void change_mode(struct host *host, struct effect *effect, struct arena *answers)
{
    if (!find_path(host, effect->object)) {
        effect_fail(effect, answers, 1, NULL, "chmod: cannot access '%s': No such file or directory", effect->object);
    }
}

static void write_file(struct host *host, struct effect *effect, struct arena *answers)
{
    const char *slash = strrchr(effect->object, '/');
    const char *folder = arena_string_n(answers, effect->object, (size_t)(slash - effect->object));

    if (!find_path(host, folder)) {
        effect_fail(effect, answers, 2, NULL, "/bin/sh: 1: cannot create %s: Directory nonexistent", effect->object);
    } else {
        add_path(host, effect->object, true);
    }
}

/* A scenario writes what a message holds in clear between the two lines of the armour. */
static void pgp_decrypt(struct effect *effect, struct arena *answers)
{
    static const char opening[] = "-----BEGIN PGP MESSAGE-----";
    const char *message = value_get_text(effect->args, "message");
    const char *start = message == NULL ? NULL : strstr(message, opening);
    const char *end = start == NULL ? NULL : strstr(start, "-----END PGP MESSAGE-----");

    if (end == NULL) {
        effect_fail(effect, answers, 0, NULL, "Misformed armored text");
        return;
    }
    start += sizeof opening - 1;
    effect->result = OBJECT(answers, {"plain", value_string_n(answers, start, (size_t)(end - start))});
}

void host_apply(struct host *host, struct effect *effect, struct arena *answers)
{
    switch (effect->id) {
    case EFFECT_HOST_DF:
        effect->result = host_df(host, answers);
        break;
    case EFFECT_HOST_MKDIR:
        add_folders(host, effect->object);
        break;
    case EFFECT_HOST_TOUCH:
    case EFFECT_HOST_WRITE_STIGNORE:
        write_file(host, effect, answers);
        break;
    case EFFECT_HOST_FALLOCATE:
        host_fallocate(host, effect, answers);
        break;
    case EFFECT_HOST_MKFS:
        host_make_file_system(host, effect, answers);
        break;
    case EFFECT_HOST_MOUNT:
        host_mount(host, effect, answers);
        break;
    case EFFECT_HOST_UMOUNT:
        host_umount(host, effect, answers);
        break;
    case EFFECT_HOST_UNTAR:
        host_data_written(host, effect->object);
        effect->result = host_text_answer(answers, "");
        break;
    case EFFECT_HOST_TAR:
    case EFFECT_HOST_CHMOD:
        change_mode(host, effect, answers);
        break;
    case EFFECT_HOST_RM:
        host_remove(host, effect, answers);
        break;
    case EFFECT_HOST_MOUNT_GREP:
        host_grep_mounts(host, effect, answers);
        break;
    case EFFECT_HOST_CRONTAB_LOAD:
        effect->result = host_load_crontab(host, answers);
        break;
    case EFFECT_HOST_CRONTAB_SAVE:
        effect->result = host_save_crontab(host, effect->operand, answers);
        break;
    case EFFECT_HOST_STAT:
        effect->result =
            OBJECT(answers, {"mountedMs", value_number(answers, host_mounted_since(host, effect->object))});
        break;
    case EFFECT_HOST_ACCESS:
        effect->result = value_bool(find_path(host, effect->object));
        break;
    case EFFECT_HOST_XFS_QUOTA:
        effect_fail(effect, answers, 1, NULL, "project quota is not enabled");
        break;
    case EFFECT_HOST_PGP_DECRYPT:
        pgp_decrypt(effect, answers);
        break;
    case EFFECT_HOST_UFW_STATUS:
        effect->result = host_firewall_status(host, answers);
        break;
    case EFFECT_HOST_UFW_ALLOW:
        effect->result = host_allow_port(host, effect->amount, answers);
        break;
    case EFFECT_HOST_UFW_DELETE:
        effect->result = host_delete_port(host, effect->amount, answers);
        break;
    case EFFECT_HOST_IPTABLES:
        effect->result = host_text_answer(answers, host->iptables_present ? "iptables v1.8.9 (nf_tables)\n" : "");
        break;
    case EFFECT_HOST_UPNP_MAP:
    case EFFECT_HOST_UPNP_UNMAP:
        effect->result = value_empty_object();
        break;
    default:
        assert(false && "not a command of the host");
    }
    if (effect->result == NULL && effect->error == NULL) {
        effect->result = host_text_answer(answers, "");
    }
}

uint64_t host_hash(const struct host *host)
{
    uint64_t hash = hash_combine(hash_of_disks(host), hash_of_volumes(host));

    hash = hash_combine(hash, hash_of_mounts(host));
    hash = hash_combine(hash, hash_of_paths(host));
    return hash_combine(hash_of_crontab(host, hash), hash_of_firewall(host));
}
