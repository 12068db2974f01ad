#include "core/enterprise.h"

#include "core/base64.h"
#include "core/benchmark_service.h"
#include "core/db.h"

#include <openssl/evp.h>
#include <string.h>

/* ---- the blob (3.4) -----------------------------------------------------------------------------------------------
 */

static bool read_blob(struct arena *memory, const char *enterprise, struct sealed_blob *blob)
{
    size_t size = 0;
    const unsigned char *bytes = base64_decode(memory, enterprise, &size);

    if (bytes == NULL || size < BLOB_KEY_SIZE + BLOB_NONCE_SIZE + BLOB_TAG_SIZE) {
        return false;
    }
    *blob = (struct sealed_blob){.text_hash = hash_text(enterprise),
                                 .key_message = base64_encode(memory, bytes, BLOB_KEY_SIZE),
                                 .nonce = bytes + BLOB_KEY_SIZE,
                                 .ciphertext = bytes + BLOB_KEY_SIZE + BLOB_NONCE_SIZE,
                                 .ciphertext_size = size - BLOB_KEY_SIZE - BLOB_NONCE_SIZE - BLOB_TAG_SIZE,
                                 .tag = bytes + size - BLOB_TAG_SIZE};
    return true;
}

/* Reading and opening a blob are functions of its text and the key alone, and a node that fails to start an app opens
 * the same blob every 30 s: the last few are kept, which no effect and no result can tell. */
static const struct error *find_blob(struct task *task, const char *enterprise, struct sealed_blob **blob)
{
    struct node *node = task->node;
    uint64_t hash = hash_text(enterprise);

    for (size_t i = 0; i < SEALED_BLOBS; i++) {
        if (node->sealed_blobs[i].text_hash == hash) {
            *blob = &node->sealed_blobs[i];
            return NULL;
        }
    }
    struct sealed_blob read;

    if (!read_blob(node->memory, enterprise, &read)) {
        return error_new(task->arena, "Error", "Invalid enterprise object");
    }
    *blob = &node->sealed_blobs[node->next_sealed_blob];
    node->next_sealed_blob = (node->next_sealed_blob + 1) % SEALED_BLOBS;
    **blob = read;
    return NULL;
}

/* aes-256-gcm, no additional data. false when the tag does not fit. */
static bool decrypt_aes(const struct sealed_blob *blob, const unsigned char *key, unsigned char *plain)
{
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    int written = 0;
    int rest = 0;
    bool good = context != NULL && EVP_DecryptInit_ex(context, EVP_aes_256_gcm(), NULL, key, blob->nonce) == 1 &&
                EVP_DecryptUpdate(context, plain, &written, blob->ciphertext, (int)blob->ciphertext_size) == 1 &&
                EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_SET_TAG, BLOB_TAG_SIZE, (void *)(uintptr_t)blob->tag) == 1 &&
                EVP_DecryptFinal_ex(context, plain + written, &rest) == 1;

    EVP_CIPHER_CTX_free(context);
    return good;
}

/* The parameter of the benchmark daemon's call: a JSON text. */
static const struct value *key_question(struct task *task, const struct sealed_blob *blob, const char *app,
                                        double height, const char *owner)
{
    struct arena *arena = task->arena;
    struct memo *memo = &task->node->memo;
    uint64_t argument = hash_combine(blob->text_hash, hash_bytes(&height, sizeof height));

    argument = hash_combine(argument, hash_text(app));
    argument = hash_combine(argument, owner == NULL ? 0 : hash_text(owner));
    const struct value *question = memo_find(memo, MEMO_KEY_QUESTION, argument);

    if (question != NULL) {
        return question;
    }
    const struct value *parameter =
        OBJECT(arena, {"fluxID", value_string(arena, owner)}, {"appName", value_string(arena, app)},
               {"message", value_string(arena, blob->key_message)}, {"blockHeight", value_number(arena, height)});

    return memo_keep(memo, task->node->memory, MEMO_KEY_QUESTION, argument,
                     value_string(arena, value_json(arena, parameter)));
}

static const struct error *read_key(struct task *task, const char *reply_text, const struct value **key)
{
    struct arena *arena = task->arena;
    struct memo *memo = &task->node->memo;
    uint64_t argument = hash_text(reply_text);

    *key = memo_find(memo, MEMO_KEY_ANSWER, argument);
    if (*key != NULL) {
        return NULL;
    }
    const struct value *reply = value_parse(arena, reply_text, strlen(reply_text));

    if (reply == NULL) {
        return error_new(arena, "SyntaxError", "Unexpected token in JSON at position 0");
    }
    if (!value_is_text(value_get(reply, "status"), "ok")) {
        return error_new(arena, "Error", "Error decrypting AES key.");
    }
    const char *encoded = value_get_text(reply, "message");
    size_t size = 0;
    const unsigned char *bytes = encoded == NULL ? NULL : base64_decode(arena, encoded, &size);

    if (bytes == NULL || size != AES_KEY_SIZE) {
        return error_new(arena, "RangeError", "Invalid key length");
    }
    *key = memo_keep(memo, task->node->memory, MEMO_KEY_ANSWER, argument,
                     value_string_n(arena, (const char *)bytes, AES_KEY_SIZE));
    return NULL;
}

/* decryptAesKeyWithRsaKey: the benchmark daemon holds the RSA key. *key holds AES_KEY_SIZE bytes. */
static const struct error *decrypt_aes_key_with_rsa_key(struct task *task, const struct sealed_blob *blob,
                                                        const char *app, double height, const char *owner,
                                                        const struct value **key)
{
    const char *reply_text = NULL;

    if (decrypt_rsa_message(task, key_question(task, blob, app, height, owner), &reply_text) != NULL) {
        return error_new(task->arena, "Error", "Error getting decrypted AES key.");
    }
    return read_key(task, reply_text, key);
}

/* The plain {contacts, compose} of a blob whose AES key is known. */
static const struct error *open_blob(struct task *task, struct sealed_blob *blob, const struct value *key,
                                     const struct value **plain)
{
    if (blob->plain == NULL || blob->opened_with != key->hash) {
        unsigned char *text = arena_alloc(task->arena, blob->ciphertext_size + 1);

        if (!decrypt_aes(blob, (const unsigned char *)key->string, text)) {
            return error_new(task->arena, "Error", "Unsupported state or unable to authenticate data");
        }
        blob->plain = value_parse(task->node->memory, (const char *)text, blob->ciphertext_size);
        blob->opened_with = key->hash;
    }
    *plain = blob->plain;
    return *plain != NULL ? NULL : error_new(task->arena, "SyntaxError", "Unexpected token in JSON at position 0");
}

/* decryptEnterpriseFromSession: the plain {contacts, compose}. */
static const struct error *decrypt_enterprise_from_session(struct task *task, const struct app_spec *spec,
                                                           double height, const struct value **plain)
{
    struct sealed_blob *blob = NULL;
    const struct value *key = NULL;
    const char *owner = spec->owner;

    TRY(find_blob(task, spec->enterprise, &blob));
    if (owner == NULL || owner[0] == '\0') {
        const struct value *document = NULL;

        TRY(find_one_in_database(task, INFO, filter_name_regex(task, spec->name), projection_no_id(task), &document));
        owner = value_get_text(document, "owner");
    }
    struct sealed_blob held = *blob; /* the slot may be another's by the time the daemon answers */

    TRY(decrypt_aes_key_with_rsa_key(task, &held, spec->name, height, owner, &key));
    TRY(find_blob(task, spec->enterprise, &blob));
    return open_blob(task, blob, key, plain);
}

/* ---- 3.4 steps 1–7 --------------------------------------------------------------------------------------------------
 */

/* Steps 4 and 5: two look-ups, of which only the second's last element is used. */
static const struct error *find_height(struct task *task, const char *app, double *height)
{
    const struct value *name = value_string(task->arena, app);
    const struct value *documents = NULL;
    const struct value *registered =
        OBJECT(task->arena, {"appSpecifications.name", name}, {"type", value_string(task->arena, "fluxappregister")});
    const struct value *all = OBJECT(task->arena, {"appSpecifications.name", name});

    TRY(find_in_database(task, MSG, registered, projection_no_id(task), &documents));
    TRY(find_in_database(task, MSG, all, projection_no_id(task), &documents));
    uint32_t count = value_count(documents);

    *height = count == 0 ? 0 : value_get_number(value_at(documents, count - 1), "height", 0);
    return NULL;
}

/* The specification with what was encrypted in it. */
static const struct value *with_plain(struct task *task, const struct value *document, const struct value *plain)
{
    struct memo *memo = &task->node->memo;
    uint64_t argument = hash_combine(document->hash, plain->hash);
    const struct value *decrypted = memo_find(memo, MEMO_DECRYPTED, argument);

    if (decrypted != NULL) {
        return decrypted;
    }
    decrypted = value_with(task->arena, document, "compose", value_get(plain, "compose"));
    decrypted = value_with(task->arena, decrypted, "contacts", value_get(plain, "contacts"));
    return memo_keep(memo, task->node->memory, MEMO_DECRYPTED, argument, decrypted);
}

const struct error *check_and_decrypt_app_specs(struct task *task, struct arena *memory, const struct app_spec *spec,
                                                struct app_spec **decrypted)
{
    const struct value *plain = NULL;
    double height = 0;

    if (spec == NULL || spec->version < 8 || spec->enterprise == NULL) {
        microtask(task);
        *decrypted = (struct app_spec *)(uintptr_t)spec; /* the same object: callers may change it, as in JavaScript */
        return NULL;
    }
    if (!task->node->config.arcane) {
        return error_new(task->arena, "Error", "Application Specifications can only be decrypted on ArcaneOS.");
    }
    TRY(find_height(task, spec->name, &height));
    TRY(decrypt_enterprise_from_session(task, spec, height, &plain));
    const struct value *document = with_plain(task, app_spec_document(task, spec), plain);

    *decrypted = app_spec_from(memory, memory == task->arena ? document : value_copy(memory, document));
    return NULL;
}
