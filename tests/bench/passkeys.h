/* tests/bench/passkeys.h - people with a passkey each, made from a number: nothing needs to be kept of ten million. */
#pragma once

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>

#include "authn/credential.h"
#include "base/arena.h"
#include "codec/text.h"
#include "crypto/digest.h"
#include "store/unit.h"

#define KEYS 256             /* drawn; credentials share them, each under an id of its own */
#define SITE "watashi.example"
#define ORIGIN "https://watashi.example"
#define PASSKEY_ID 32
#define NAME_SIZE 32

struct passkey_key {
	EVP_PKEY *key;
	uint8_t cose[128];
	size_t cose_size;
};
struct assertion {
	struct span json, data, client_data, signature;
};

static inline void
must(bool good, const char *what)
{
	if (good)
		return;
	fprintf(stderr, "bench: %s\n", what);
	exit(1);
}

static inline double
cpu_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static inline uint64_t
mixed(uint64_t n)
{
	n = (n ^ n >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	n = (n ^ n >> 27) * UINT64_C(0x94d049bb133111eb);
	return n ^ n >> 31;
}

/* As ids are: the time first. */
static inline struct id
id_of(uint32_t index, uint64_t salt)
{
	uint64_t time = UINT64_C(1795000000000) + index, rest = mixed(index + salt);
	struct id id = { { 0 } };

	for (size_t i = 6; i-- > 0; time >>= 8)
		id.bytes[i] = (uint8_t)time;
	memcpy(id.bytes + 6, &rest, sizeof(rest));
	return id;
}

static inline void
passkey_id(uint32_t index, uint8_t out[PASSKEY_ID])
{
	for (uint64_t i = 0; i < 4; i++) {
		uint64_t word = mixed(index * UINT64_C(4) + i + 7);

		memcpy(out + 8 * i, &word, sizeof(word));
	}
}

static inline void
passkey_keys_make(struct passkey_key keys[KEYS])
{
	for (size_t i = 0; i < KEYS; i++) {
		struct passkey_key *k = &keys[i];
		struct buffer out = buffer_init(sizeof(k->cose));
		uint8_t point[65];
		size_t size = 0;

		k->key = EVP_EC_gen("P-256");
		must(k->key && EVP_PKEY_get_octet_string_param(k->key, OSSL_PKEY_PARAM_PUB_KEY, point, sizeof(point),
		    &size) == 1 && size == sizeof(point), "a key");
		buffer_add(&out, span_of("\xa5\x01\x02\x03\x26\x20\x01\x21\x58\x20", 10));
		buffer_add(&out, span_of(point + 1, 32));
		buffer_add(&out, span_of("\x22\x58\x20", 3));
		buffer_add(&out, span_of(point + 33, 32));
		k->cose_size = out.end - out.start;
		memcpy(k->cose, buffer_span(&out).data, k->cose_size);
		buffer_release(&out);
	}
}

static inline void
passkey_put(struct unit *unit, struct arena *a, struct buffer *row, const struct passkey_key keys[KEYS], uint32_t index,
    const struct id *account, struct instant now)
{
	const struct passkey_key *key = &keys[index % KEYS];
	struct credential c = { .account = *account, .id = id_of(index, 2), .kind = CREDENTIAL_PASSKEY,
		.state = CREDENTIAL_ACTIVE, .name = span_text("Phone"), .issued = now, .activated = now,
		.changed = now, .used = now, .actor = span_text("person"), .binding = BINDING_IN_PROOFING,
		.parent = PARENT_NONE };
	uint8_t id[PASSKEY_ID];

	passkey_id(index, id);
	c.passkey = (struct credential_passkey){ .id = span_of(id, sizeof(id)),
		.key = span_of(key->cose, key->cose_size), .user_verified = true, .resident = true,
		.aaguid = "software model ", .format = span_text("packed"), .trusted = true,
		.model = span_text("Software model 1"), .transports = span_text("internal,hybrid") };
	buffer_clear(row);
	credential_write(row, &c);
	unit_put(unit, &credential_table, id_pair(a, account, &c.id), buffer_span(row));
}

/* Names in their order: so rows and names of ten million take minutes. As they lie then they would lie after years of
 * enrolments, too, only fuller. */
struct passkey_name {
	uint8_t key[NAME_SIZE];
	uint32_t index;
};

static inline int
compare_passkey_names(const void *a, const void *b)
{
	return memcmp(a, b, NAME_SIZE);
}

static inline struct passkey_name *
passkey_names_make(struct arena *a, uint32_t count)
{
	struct passkey_name *names = calloc(count, sizeof(*names));

	must(names != NULL, "memory");
	for (uint32_t i = 0; i < count; i++) {
		uint8_t id[PASSKEY_ID];

		passkey_id(i, id);
		memcpy(names[i].key, credential_name_key(a, CREDENTIAL_PASSKEY, span_of(id, sizeof(id))).data,
		    NAME_SIZE);
		names[i].index = i;
		arena_reset(a);
	}
	qsort(names, count, sizeof(*names), compare_passkey_names);
	return names;
}

static inline struct span
passkey_client_data(struct arena *a, struct span challenge)
{
	struct span text = base64url_write(a, challenge);

	return span_text(arena_print(a, "{\"type\":\"webauthn.get\",\"challenge\":\"%.*s\",\"origin\":\"" ORIGIN "\","
	    "\"crossOrigin\":false}", SPAN_ARGS(text)));
}

static inline struct span
passkey_data(struct arena *a, uint32_t counter)
{
	struct buffer out = buffer_init(64);
	struct span copy;
	uint8_t hash[32];

	digest(DIGEST_SHA256, span_text(SITE), hash);
	buffer_add(&out, span_of(hash, sizeof(hash)));
	buffer_u8(&out, 0x05); /* present, verified */
	buffer_u32(&out, counter);
	copy = arena_copy(a, buffer_span(&out));
	buffer_release(&out);
	return copy;
}

/* In the arena. */
static inline struct assertion
passkey_assert(struct arena *a, const struct passkey_key keys[KEYS], uint32_t index, const struct id *account,
    struct span challenge, uint32_t counter)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	struct assertion made = { .client_data = passkey_client_data(a, challenge), .data = passkey_data(a, counter) };
	uint8_t signature[80], hash[32], id[PASSKEY_ID];
	size_t size = sizeof(signature);
	struct span texts[4], raw;

	passkey_id(index, id);
	raw = base64url_write(a, span_of(id, sizeof(id)));
	digest(DIGEST_SHA256, made.client_data, hash);
	must(EVP_DigestSignInit_ex(context, NULL, "SHA256", NULL, NULL, keys[index % KEYS].key, NULL) == 1 &&
	    EVP_DigestSignUpdate(context, made.data.data, made.data.size) == 1 &&
	    EVP_DigestSignUpdate(context, hash, sizeof(hash)) == 1 &&
	    EVP_DigestSignFinal(context, signature, &size) == 1, "signing");
	EVP_MD_CTX_free(context);
	made.signature = arena_copy(a, span_of(signature, size));
	texts[0] = base64url_write(a, made.client_data);
	texts[1] = base64url_write(a, made.data);
	texts[2] = base64url_write(a, made.signature);
	texts[3] = base64url_write(a, id_span(account));
	made.json = span_text(arena_print(a, "{\"id\":\"%.*s\",\"rawId\":\"%.*s\",\"type\":\"public-key\","
	    "\"response\":{\"clientDataJSON\":\"%.*s\",\"authenticatorData\":\"%.*s\",\"signature\":\"%.*s\","
	    "\"userHandle\":\"%.*s\"},"
	    "\"authenticatorAttachment\":\"platform\",\"clientExtensionResults\":{}}", SPAN_ARGS(raw), SPAN_ARGS(raw),
	    SPAN_ARGS(texts[0]), SPAN_ARGS(texts[1]), SPAN_ARGS(texts[2]), SPAN_ARGS(texts[3])));
	return made;
}
