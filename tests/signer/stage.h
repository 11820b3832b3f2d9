/* tests/signer/stage.h - a signer with a key for each use, and what it is asked. */
#pragma once

#include "crypto/scratch.h"
#include "expect.h"

#include "base/log.h"
#include "crypto/certificate.h"
#include "crypto/xmldsig.h"
#include "signer/signer.h"
#include "signer/wire.h"

static struct scratch dir;
static struct signer *signer;

static inline void
make_key(const char *name, enum key_use use, enum key_type type)
{
	struct new_key k = { .name = name, .common_name = name, .organization = "Example", .country = "JP", .use = use,
		.type = type, .now = { SECONDS(1) }, .valid_for = SECONDS(86400) };
	struct problem why;

	expect_ok(name, key_descriptor_new(dir.path, &k, &why), &why);
}

static inline int
start(void **state)
{
	struct problem why;

	(void)state;
	log_open("test", LOG_LEVEL_ERROR);
	dir = scratch_new();
	make_key("ec", USE_METADATA, KEY_P256);
	make_key("rsa", USE_METADATA, KEY_RSA_2048);
	make_key("ec-large", USE_METADATA, KEY_P384);
	make_key("list", USE_TRUSTED_LIST, KEY_P256);
	make_key("list-rsa", USE_TRUSTED_LIST, KEY_RSA_2048);
	make_key("ledger", USE_LEDGER, KEY_ED25519);
	make_key("ledger-next", USE_LEDGER, KEY_ED25519);
	make_key("push", USE_PUSH, KEY_P256);
	make_key("openid", USE_OPENID, KEY_P256);
	make_key("openid-rsa", USE_OPENID_RSA, KEY_RSA_2048);
	expect_ok("opened", signer_open(dir.path, &signer, &why), &why);
	return 0;
}

static inline int
stop(void **state)
{
	(void)state;
	signer_free(signer);
	signer_free(NULL);
	scratch_free(&dir);
	return 0;
}

static inline struct span
signed_info(struct arena *a, enum key_type type)
{
	struct signed_info info = { .key = type, .reference = span_text("_1"), .prefixes = span_text("ds md"),
	    .digest = { 7 } };
	struct problem why;
	struct span bytes;

	expect_ok("SignedInfo", signed_info_write(&info, a, &bytes, &why), &why);
	return bytes;
}

static inline struct span
request(struct arena *a, unsigned kind, const char *key, struct span payload)
{
	struct buffer b = buffer_init(1 * MIB);
	struct span out;

	signing_request_write(&b, &(struct signing_request){ 42, (enum signing_kind)kind, span_text(key), payload });
	out = arena_copy(a, buffer_span(&b));
	buffer_release(&b);
	return out;
}

static inline struct span
certificate_of(struct arena *a, const char *name)
{
	struct key_descriptor d;
	struct problem why;

	expect_ok("descriptor", key_descriptor_read(dir.path, name, a, &d, &why), &why);
	return d.certificate;
}

static inline struct span
public_of(struct arena *a, const char *name)
{
	struct key_descriptor d;
	struct certificate_facts facts;
	struct problem why;

	expect_ok("descriptor", key_descriptor_read(dir.path, name, a, &d, &why), &why);
	expect_ok("certificate", certificate_read(d.certificate, a, &facts, &why), &why);
	return facts.spki;
}
