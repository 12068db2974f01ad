#include "fakes/bench_daemon.h"

#include "fakes/world.h"

#include <assert.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <string.h>

/* lifecycle.md 3.4: blob = RSA-encrypted AES key, nonce, ciphertext, tag */
enum { RSA_SIZE = 256, AES_KEY_BYTES = 32, NONCE_BYTES = 12, TAG_BYTES = 16 };

static const unsigned char private_key[] = {
#include "fakes/bench_key.inc"
};

void bench_daemon_init(struct bench_daemon *bench, struct world *world)
{
    *bench = (struct bench_daemon){.world = world,
                                   .ip = "198.51.100.7:16127",
                                   .status = "CUMULUS",
                                   .architecture = "amd64",
                                   .ssd = 440,
                                   .ram = 8,
                                   .cores = 4};
}

/* Parsed anew each time it is needed: an OpenSSL object cannot lie in the world's memory. */
static EVP_PKEY *load_key(void)
{
    const unsigned char *bytes = private_key;
    EVP_PKEY *key = d2i_PrivateKey(EVP_PKEY_RSA, NULL, &bytes, sizeof private_key);

    assert(key != NULL);
    return key;
}

static const char *to_base64(struct arena *arena, const unsigned char *bytes, size_t length)
{
    char *text = arena_alloc(arena, (length + 2) / 3 * 4 + 1);

    EVP_EncodeBlock((unsigned char *)text, bytes, (int)length);
    return text;
}

/* ---- decryptrsamessage
 * ------------------------------------------------------------------------------------------------------- */

/* false when the message is not 256 bytes in base64 that the key decrypts to an AES key. */
static bool decrypt_rsa(const char *message, unsigned char key_bytes[AES_KEY_BYTES])
{
    unsigned char ciphertext[RSA_SIZE + 3];
    unsigned char plain[RSA_SIZE];
    size_t plain_size = sizeof plain;

    if (strlen(message) != (RSA_SIZE + 2) / 3 * 4 ||
        EVP_DecodeBlock(ciphertext, (const unsigned char *)message, (int)strlen(message)) < RSA_SIZE) {
        return false;
    }
    EVP_PKEY *key = load_key();
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(key, NULL);
    bool good = context != NULL && EVP_PKEY_decrypt_init(context) == 1 &&
                EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) == 1 &&
                EVP_PKEY_decrypt(context, plain, &plain_size, ciphertext, RSA_SIZE) == 1 && plain_size == AES_KEY_BYTES;

    EVP_PKEY_CTX_free(context);
    EVP_PKEY_free(key);
    if (good) {
        memcpy(key_bytes, plain, AES_KEY_BYTES);
    }
    return good;
}

/* The AES key in an encrypted message, base64; NULL when it is none of this daemon's. */
static const char *key_in(struct bench_daemon *bench, const char *message)
{
    unsigned char key[AES_KEY_BYTES];
    uint64_t hash = hash_text(message);

    for (uint32_t i = 0; i < bench->secret_count; i++) {
        if (bench->secrets[i].message_hash == hash) {
            return bench->secrets[i].key;
        }
    }
    return decrypt_rsa(message, key) ? to_base64(bench->world->memory, key, sizeof key) : NULL;
}

static const char *reply_to(struct bench_daemon *bench, const char *parameter)
{
    struct arena *memory = bench->world->memory;
    const struct value *request = value_parse(memory, parameter, strlen(parameter));
    const char *message = value_get_text(request, "message");
    const char *key = message == NULL ? NULL : key_in(bench, message);

    return key == NULL ? "{\"status\":\"error\",\"message\":\"Unable to decrypt message\"}"
                       : arena_printf(memory, "{\"status\":\"ok\",\"message\":\"%s\"}", key);
}

static void decrypt_message(struct bench_daemon *bench, struct effect *effect, struct arena *answers)
{
    const struct value *parameter = value_at(value_get(effect->args, "params"), 0);

    if (!value_is(parameter, VALUE_STRING)) {
        effect_fail(effect, answers, 500, NULL, "Invalid params");
        return;
    }
    /* The outcome never changes: each request is worked out once. */
    for (uint32_t i = 0; i < bench->reply_count; i++) {
        if (bench->replies[i].request_hash == parameter->hash) {
            effect->result = bench->replies[i].reply;
            return;
        }
    }
    struct bench_reply *reply = table_add(bench->world->memory, (void **)&bench->replies, &bench->reply_count,
                                          &bench->reply_size, sizeof *reply);

    reply->request_hash = parameter->hash;
    reply->reply = value_string(bench->world->memory, reply_to(bench, parameter->string));
    effect->result = reply->reply;
}

void bench_daemon_apply(struct bench_daemon *bench, struct effect *effect, struct arena *answers)
{
    switch (effect->id) {
    case EFFECT_BENCH_GETBENCHMARKS:
        effect->result = OBJECT(
            answers, {"status", value_string(answers, bench->status)}, {"ipaddress", value_string(answers, bench->ip)},
            {"architecture", value_string(answers, bench->architecture)}, {"ssd", value_number(answers, bench->ssd)},
            {"ram", value_number(answers, bench->ram)}, {"cores", value_number(answers, bench->cores)});
        break;
    case EFFECT_BENCH_DECRYPTRSAMESSAGE:
        decrypt_message(bench, effect, answers);
        break;
    default:
        assert(false && "not an effect of the benchmark daemon");
    }
}

/* Decryptions kept are a cache. */
uint64_t bench_daemon_hash(const struct bench_daemon *bench)
{
    uint64_t hash = hash_combine(hash_of_text(bench->ip), hash_of_text(bench->status));

    hash = hash_combine(hash, hash_of_text(bench->architecture));
    hash = hash_combine(hash, hash_of_number(bench->ssd));
    hash = hash_combine(hash, hash_of_number(bench->ram));
    return hash_combine(hash, hash_of_number(bench->cores));
}

/* ---- encrypting a scenario's specifications
 * ------------------------------------------------------------------------------------ */

/* Bytes that follow from the world's seed, a text and how often it was asked for it. `nonzero`: none of them 0. */
static void derive_bytes(struct bench_daemon *bench, const char *text, unsigned char *bytes, size_t count, bool nonzero)
{
    uint64_t asked = world_made(bench->world, "secret", text);
    uint64_t state = hash_combine(bench->world->seed, hash_combine(hash_text(text), asked));

    for (size_t i = 0; i < count; i++) {
        state = hash_combine(state, i);
        bytes[i] = (unsigned char)(state >> 32);
        if (nonzero && bytes[i] == 0) {
            bytes[i] = 1;
        }
    }
}

/* PKCS #1 v1.5 (RFC 8017, 7.2.1) with padding bytes from the seed: the library would draw them at random, and a run
 * would differ from its repetition. So the block is built here and encrypted without padding. */
static void encrypt_rsa(struct bench_daemon *bench, const char *plain, const unsigned char aes_key[AES_KEY_BYTES],
                        unsigned char ciphertext[RSA_SIZE])
{
    unsigned char block[RSA_SIZE];
    size_t size = RSA_SIZE;
    size_t padding = RSA_SIZE - AES_KEY_BYTES - 3;

    block[0] = 0;
    block[1] = 2;
    derive_bytes(bench, plain, block + 2, padding, true);
    block[2 + padding] = 0;
    memcpy(block + 3 + padding, aes_key, AES_KEY_BYTES);
    EVP_PKEY *key = load_key();
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(key, NULL);
    bool good = context != NULL && EVP_PKEY_encrypt_init(context) == 1 &&
                EVP_PKEY_CTX_set_rsa_padding(context, RSA_NO_PADDING) == 1 &&
                EVP_PKEY_encrypt(context, ciphertext, &size, block, sizeof block) == 1 && size == RSA_SIZE;

    EVP_PKEY_CTX_free(context);
    EVP_PKEY_free(key);
    assert(good);
}

static void encrypt_aes(const unsigned char *key, const unsigned char *nonce, const char *plain, size_t size,
                        unsigned char *ciphertext, unsigned char *tag)
{
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    int written = 0;
    int rest = 0;
    bool good = context != NULL && EVP_EncryptInit_ex(context, EVP_aes_256_gcm(), NULL, key, nonce) == 1 &&
                EVP_EncryptUpdate(context, ciphertext, &written, (const unsigned char *)plain, (int)size) == 1 &&
                EVP_EncryptFinal_ex(context, ciphertext + written, &rest) == 1 &&
                EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_GET_TAG, TAG_BYTES, tag) == 1;

    EVP_CIPHER_CTX_free(context);
    assert(good);
}

/* A private-key operation costs as much as a whole run of a search (make bench): this one's outcome is known. */
static void remember_secret(struct bench_daemon *bench, const unsigned char ciphertext[RSA_SIZE],
                            const unsigned char aes_key[AES_KEY_BYTES])
{
    struct arena *memory = bench->world->memory;
    struct bench_secret *secret =
        table_add(memory, (void **)&bench->secrets, &bench->secret_count, &bench->secret_size, sizeof *secret);

    secret->message_hash = hash_text(to_base64(memory, ciphertext, RSA_SIZE));
    secret->key = to_base64(memory, aes_key, AES_KEY_BYTES);
}

const char *bench_daemon_encrypt(struct bench_daemon *bench, struct arena *arena, const char *plain_json)
{
    size_t plain_size = strlen(plain_json);
    size_t blob_size = RSA_SIZE + NONCE_BYTES + plain_size + TAG_BYTES;
    unsigned char *blob = arena_alloc(arena, blob_size);
    unsigned char aes_key[AES_KEY_BYTES];

    derive_bytes(bench, plain_json, aes_key, sizeof aes_key, false);
    encrypt_rsa(bench, plain_json, aes_key, blob);
    remember_secret(bench, blob, aes_key);
    derive_bytes(bench, plain_json, blob + RSA_SIZE, NONCE_BYTES, false);
    encrypt_aes(aes_key, blob + RSA_SIZE, plain_json, plain_size, blob + RSA_SIZE + NONCE_BYTES,
                blob + blob_size - TAG_BYTES);
    return to_base64(arena, blob, blob_size);
}
