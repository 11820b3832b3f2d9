/* crypto/web_push.h - a message that only the browser which subscribed can read: RFC 8291 over RFC 8188's aes128gcm, in
 * one record.
 *
 *     salt 16 | record size 4 | 65 | our public key of this message 65 | AES-128-GCM(plain | 2 | zeros) | tag 16
 *
 * The key is agreed between the subscription's and one made for this message; the subscription's secret, which the push
 * service does not know, goes into it.
 */
#pragma once

#include <openssl/types.h>

#include "base/arena.h"
#include "base/problem.h"

#define WEB_PUSH_KEY 65
#define WEB_PUSH_SECRET 16
#define WEB_PUSH_SALT 16
#define WEB_PUSH_PLAIN_LARGEST (4096 - 86 - 1 - 16) /* what every push service takes (RFC 8030 s7.2) */

/* What a browser gives of a subscription (RFC 8291 s2). */
struct web_push_receiver {
	struct span key;    /* p256dh: an uncompressed point of P-256 */
	struct span secret; /* auth */
};

/* ERR_SYNTAX: not of these sizes, or the point is not on its curve. */
enum err web_push_receiver_check(const struct web_push_receiver *, struct problem *why);

/* The body, in the arena. Padded to `padded` bytes of plaintext, so that its size does not tell what it says; 0, or
 * fewer than it has: not at all. ERR_SYNTAX as above, ERR_LIMIT, ERR_CRYPTO. */
enum err web_push_encrypt(struct arena *, const struct web_push_receiver *, struct span plain, size_t padded,
    struct span *out, struct problem *why);

/* The same with a key and a salt of the caller's: to be compared with others' examples. */
enum err web_push_encrypt_with(struct arena *, const struct web_push_receiver *, struct span plain, size_t padded,
    EVP_PKEY *own, const uint8_t salt[WEB_PUSH_SALT], struct span *out, struct problem *why);
