#define _GNU_SOURCE
#include "CNettle.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>

/// Its name from version 3.5 of 2019 on; 4.0, with another binary interface, has another one.
static const char name[] = "libnettle.so.8";
_Static_assert(NETTLE_VERSION_MAJOR == 3, "the structures and functions below are those of libnettle.so.8");

#define FUNCTIONS(F) \
    F(aes128_set_encrypt_key) \
    F(aes128_encrypt) \
    F(hmac_sha256_set_key) \
    F(hmac_sha256_update) \
    F(hmac_sha256_digest)


static struct {
#define POINTER(name) __typeof__(name) *p_##name;
    FUNCTIONS(POINTER)
#undef POINTER
} library;

static char failure[256];

static void load(void)
{
    void *handle = dlopen(name, RTLD_NOW | RTLD_LOCAL);
#define FIND(name) \
    if (handle && !failure[0] && !(library.p_##name = (__typeof__(library.p_##name))dlsym(handle, "nettle_" #name))) \
        snprintf(failure, sizeof failure, "%s", dlerror());
    FUNCTIONS(FIND)
#undef FIND
    if (!handle)
        snprintf(failure, sizeof failure, "%s", dlerror());
}

const char *cnettle_load(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, load);
    return failure[0] ? failure : NULL;
}

void cnettle_aes128_set_key(struct aes128_ctx *context, const uint8_t *key)
{
    library.p_aes128_set_encrypt_key(context, key);
}

void cnettle_aes128_encrypt(const struct aes128_ctx *context, size_t length, uint8_t *bytes)
{
    library.p_aes128_encrypt(context, length, bytes, bytes);
}

void cnettle_hmac(size_t key_length, const uint8_t *key, size_t length, const uint8_t *message, uint8_t *digest)
{
    struct hmac_sha256_ctx context;
    library.p_hmac_sha256_set_key(&context, key_length, key);
    library.p_hmac_sha256_update(&context, length, message);
    library.p_hmac_sha256_digest(&context, SHA256_DIGEST_SIZE, digest);
}
