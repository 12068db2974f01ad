/* The benchmark daemon (fluxbench): what it measured, and the node's RSA key. lifecycle.md 3.4, 12.1. It holds a real
 * RSA-2048 key: a scenario's plain specifications are encrypted into real blobs when the world is built.
 */
#ifndef DRYDOCK_FAKES_BENCH_DAEMON_H
#define DRYDOCK_FAKES_BENCH_DAEMON_H

#include "core/effect.h"

struct world;

/* A decryption already made. */
struct bench_reply {
    uint64_t request_hash; /* of the parameter's text */
    const struct value *reply;
};

/* A key that the daemon has encrypted itself: it need not work out again what the private key would give. */
struct bench_secret {
    uint64_t message_hash; /* of the encrypted key, base64 */
    const char *key;       /* base64 */
};

struct bench_daemon {
    struct world *world;
    const char *ip;           /* ipaddress: "92.170.17.66:16187" */
    const char *status;       /* "CUMULUS", "NIMBUS", "STRATUS"; anything else as it is */
    const char *architecture; /* "amd64" */
    double ssd, ram, cores;
    struct bench_reply *replies;
    uint32_t reply_count, reply_size;
    struct bench_secret *secrets;
    uint32_t secret_count, secret_size;
};

void bench_daemon_init(struct bench_daemon *bench, struct world *world);
void bench_daemon_apply(struct bench_daemon *bench, struct effect *effect, struct arena *answers);
uint64_t bench_daemon_hash(const struct bench_daemon *bench); /* world_hash() */

/* Encrypts JSON text of {contacts, compose} into the blob of 3.4, base64. Same seed, text and number of calls
 * with it, same blob. */
const char *bench_daemon_encrypt(struct bench_daemon *bench, struct arena *arena, const char *plain_json);

#endif
