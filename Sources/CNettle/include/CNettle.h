#pragma once

#include <nettle/aes.h>
#include <nettle/hmac.h>
#include <nettle/version.h>
#include <stddef.h>
#include <stdint.h>

/// libnettle, which is loaded when something is anonymized, and not before, as few ever do that.
///
/// Any thread may call this. Returns null once the library is loaded, else why it cannot be, in words that stay. The functions below
/// may be called only after it has returned null.
const char *cnettle_load(void);

/// AES-128 with a key of 16 bytes.
void cnettle_aes128_set_key(struct aes128_ctx *context, const uint8_t *key);

/// Encrypts whole blocks of 16 bytes, each by itself and in place.
void cnettle_aes128_encrypt(const struct aes128_ctx *context, size_t length, uint8_t *bytes);

/// HMAC with SHA-256: 32 bytes of a message, under a key.
void cnettle_hmac(size_t key_length, const uint8_t *key, size_t length, const uint8_t *message, uint8_t *digest);
