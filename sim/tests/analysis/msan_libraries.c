/* MemorySanitizer does not see what libraries write that it has not compiled. Linked in front of them (ld --wrap), this
 * says of each call that fills a caller's buffer what it has written; and gives cJSON memory that counts as written, as
 * its trees come back whole. What drydock itself forgets to write is seen all the same. */
#include <cjson/cJSON.h>
#include <openssl/evp.h>
#include <sanitizer/msan_interface.h>
#include <stdlib.h>
#include <zlib.h>

/* WRAP(type of the result, name, (parameters), (arguments), where it writes, how many bytes when `result` is what it
 * returned) */
#define WRAP(type, name, parameters, arguments, to, size)                                                              \
    type __real_##name parameters;                                                                                     \
    type __wrap_##name parameters;                                                                                     \
    type __wrap_##name parameters                                                                                      \
    {                                                                                                                  \
        type result = __real_##name arguments;                                                                         \
                                                                                                                       \
        if ((to) != NULL) {                                                                                            \
            __msan_unpoison(to, size);                                                                                 \
        }                                                                                                              \
        return result;                                                                                                 \
    }

WRAP(int, EVP_EncodeBlock, (unsigned char *to, const unsigned char *from, int length), (to, from, length), to,
     (size_t)(result < 0 ? 0 : result + 1))
WRAP(int, EVP_DecodeBlock, (unsigned char *to, const unsigned char *from, int length), (to, from, length), to,
     (size_t)(result < 0 ? 0 : result))
WRAP(unsigned char *, SHA256, (const unsigned char *bytes, size_t length, unsigned char *digest),
     (bytes, length, digest), result, 32)
WRAP(int, compress2, (Bytef * to, uLongf *size, const Bytef *from, uLong length, int level),
     (to, size, from, length, level), to, *size)

static void update_written(void *to, const int *written, int result)
{
    __msan_unpoison(written, sizeof *written);
    __msan_unpoison(to, (size_t)(result == 1 ? *written : 0));
}

#define WRAP_UPDATE(name)                                                                                              \
    int __real_##name(EVP_CIPHER_CTX *context, unsigned char *to, int *written, const unsigned char *from,             \
                      int length);                                                                                     \
    int __wrap_##name(EVP_CIPHER_CTX *context, unsigned char *to, int *written, const unsigned char *from,             \
                      int length);                                                                                     \
    int __wrap_##name(EVP_CIPHER_CTX *context, unsigned char *to, int *written, const unsigned char *from, int length) \
    {                                                                                                                  \
        int result = __real_##name(context, to, written, from, length);                                                \
                                                                                                                       \
        update_written(to, written, result);                                                                           \
        return result;                                                                                                 \
    }
WRAP_UPDATE(EVP_EncryptUpdate)
WRAP_UPDATE(EVP_DecryptUpdate)

#define WRAP_FINAL(name)                                                                                               \
    int __real_##name(EVP_CIPHER_CTX *context, unsigned char *to, int *written);                                       \
    int __wrap_##name(EVP_CIPHER_CTX *context, unsigned char *to, int *written);                                       \
    int __wrap_##name(EVP_CIPHER_CTX *context, unsigned char *to, int *written)                                        \
    {                                                                                                                  \
        int result = __real_##name(context, to, written);                                                              \
                                                                                                                       \
        update_written(to, written, result);                                                                           \
        return result;                                                                                                 \
    }
WRAP_FINAL(EVP_EncryptFinal_ex)
WRAP_FINAL(EVP_DecryptFinal_ex)

#define WRAP_KEY(name)                                                                                                 \
    int __real_##name(EVP_PKEY_CTX *context, unsigned char *to, size_t *size, const unsigned char *from,               \
                      size_t length);                                                                                  \
    int __wrap_##name(EVP_PKEY_CTX *context, unsigned char *to, size_t *size, const unsigned char *from,               \
                      size_t length);                                                                                  \
    int __wrap_##name(EVP_PKEY_CTX *context, unsigned char *to, size_t *size, const unsigned char *from,               \
                      size_t length)                                                                                   \
    {                                                                                                                  \
        int result = __real_##name(context, to, size, from, length);                                                   \
                                                                                                                       \
        __msan_unpoison(size, sizeof *size);                                                                           \
        __msan_unpoison(to, to != NULL && result == 1 ? *size : 0);                                                    \
        return result;                                                                                                 \
    }
WRAP_KEY(EVP_PKEY_encrypt)
WRAP_KEY(EVP_PKEY_decrypt)

int __real_EVP_CIPHER_CTX_ctrl(EVP_CIPHER_CTX *context, int type, int number, void *pointer);
int __wrap_EVP_CIPHER_CTX_ctrl(EVP_CIPHER_CTX *context, int type, int number, void *pointer);
int __wrap_EVP_CIPHER_CTX_ctrl(EVP_CIPHER_CTX *context, int type, int number, void *pointer)
{
    int result = __real_EVP_CIPHER_CTX_ctrl(context, type, number, pointer);

    if (type == EVP_CTRL_AEAD_GET_TAG && result == 1) {
        __msan_unpoison(pointer, (size_t)number);
    }
    return result;
}

static void *written_memory(size_t size)
{
    return calloc(1, size);
}

__attribute__((constructor)) static void give_memory(void)
{
    cJSON_Hooks hooks = {written_memory, free};

    cJSON_InitHooks(&hooks);
}
