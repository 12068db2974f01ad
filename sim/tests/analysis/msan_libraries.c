/* MemorySanitizer does not see what libraries write that it has not compiled. Linked in front of OpenSSL and zlib (ld
 * --wrap), this keeps it from judging their own strings and memory while they work, and says what they have written for
 * their caller; cJSON, whose trees come back whole, is given memory that counts as written. What drydock itself forgets
 * to write is seen all the same, but for what it hands to these. */
#include <cjson/cJSON.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <sanitizer/msan_interface.h>
#include <stdlib.h>
#include <zlib.h>

/* WRAP(type of the result, name, (parameters), (arguments), what to say of the caller's memory, given the `result`; 0:
 * nothing) */
#define WRAP(type, name, parameters, arguments, say)                                                                   \
    type __real_##name parameters;                                                                                     \
    type __wrap_##name parameters;                                                                                     \
    type __wrap_##name parameters                                                                                      \
    {                                                                                                                  \
        __msan_scoped_disable_interceptor_checks();                                                                    \
        type result = __real_##name arguments;                                                                         \
        __msan_scoped_enable_interceptor_checks();                                                                     \
        (void)(say);                                                                                                   \
        return result;                                                                                                 \
    }

static void written(const void *bytes, size_t size)
{
    if (bytes != NULL) {
        __msan_unpoison(bytes, size);
    }
}

static void written_by_update(const void *bytes, const int *size, int result)
{
    written(size, sizeof *size);
    written(bytes, result == 1 && *size > 0 ? (size_t)*size : 0);
}

static void written_by_key(const void *bytes, const size_t *size, int result)
{
    written(size, sizeof *size);
    written(bytes, result == 1 ? *size : 0);
}

typedef unsigned char bytes;
#define CIPHER EVP_CIPHER_CTX *
#define KEY EVP_PKEY_CTX *

WRAP(int, EVP_EncodeBlock, (bytes * to, const bytes *from, int size), (to, from, size), written(to, (size_t)result + 1))
WRAP(int, EVP_DecodeBlock, (bytes * to, const bytes *from, int size), (to, from, size),
     written(to, result < 0 ? 0 : (size_t)result))
WRAP(bytes *, SHA256, (const bytes *from, size_t size, bytes *to), (from, size, to), written(to, 32))
WRAP(int, compress2, (Bytef * to, uLongf *size, const Bytef *from, uLong length, int level),
     (to, size, from, length, level), written(to, result == Z_OK ? *size : 0))

WRAP(CIPHER, EVP_CIPHER_CTX_new, (void), (), 0)
WRAP(int, EVP_EncryptInit_ex,
     (CIPHER context, const EVP_CIPHER *type, ENGINE *engine, const bytes *key, const bytes *iv),
     (context, type, engine, key, iv), 0)
WRAP(int, EVP_DecryptInit_ex,
     (CIPHER context, const EVP_CIPHER *type, ENGINE *engine, const bytes *key, const bytes *iv),
     (context, type, engine, key, iv), 0)
WRAP(int, EVP_EncryptUpdate, (CIPHER context, bytes *to, int *size, const bytes *from, int length),
     (context, to, size, from, length), written_by_update(to, size, result))
WRAP(int, EVP_DecryptUpdate, (CIPHER context, bytes *to, int *size, const bytes *from, int length),
     (context, to, size, from, length), written_by_update(to, size, result))
WRAP(int, EVP_EncryptFinal_ex, (CIPHER context, bytes *to, int *size), (context, to, size),
     written_by_update(to, size, result))
WRAP(int, EVP_DecryptFinal_ex, (CIPHER context, bytes *to, int *size), (context, to, size),
     written_by_update(to, size, result))
WRAP(int, EVP_CIPHER_CTX_ctrl, (CIPHER context, int type, int number, void *pointer), (context, type, number, pointer),
     written(type == EVP_CTRL_AEAD_GET_TAG ? pointer : NULL, (size_t)number))

WRAP(EVP_PKEY *, d2i_PrivateKey, (int type, EVP_PKEY **key, const bytes **from, long size), (type, key, from, size), 0)
WRAP(KEY, EVP_PKEY_CTX_new, (EVP_PKEY * key, ENGINE *engine), (key, engine), 0)
WRAP(int, EVP_PKEY_CTX_set_rsa_padding, (KEY context, int padding), (context, padding), 0)
WRAP(int, EVP_PKEY_encrypt_init, (KEY context), (context), 0)
WRAP(int, EVP_PKEY_decrypt_init, (KEY context), (context), 0)
WRAP(int, EVP_PKEY_encrypt, (KEY context, bytes *to, size_t *size, const bytes *from, size_t length),
     (context, to, size, from, length), written_by_key(to, size, result))
WRAP(int, EVP_PKEY_decrypt, (KEY context, bytes *to, size_t *size, const bytes *from, size_t length),
     (context, to, size, from, length), written_by_key(to, size, result))

static void *written_memory(size_t size)
{
    return calloc(1, size);
}

void __real_cJSON_InitHooks(cJSON_Hooks *hooks);
void __wrap_cJSON_InitHooks(cJSON_Hooks *hooks);
void __wrap_cJSON_InitHooks(cJSON_Hooks *hooks)
{
    cJSON_Hooks own = {written_memory, free};

    (void)hooks; /* whoever asks: nobody here runs out of memory */
    __real_cJSON_InitHooks(&own);
}

__attribute__((constructor)) static void give_memory(void)
{
    __wrap_cJSON_InitHooks(NULL);
}
