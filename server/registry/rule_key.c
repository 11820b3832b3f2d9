/* registry/rule_key.c - rules about the keys in KeyDescriptors, and the certificates they come in.
 *
 * Metadata says which key to trust, whatever its certificate says (SAML 2.0 Metadata Interoperability s2.6): dates are worth a
 * warning, because some software looks at them all the same.
 */
#include "crypto/certificate.h"
#include "registry/rule_check.h"

#define EXPIRING SECONDS(60 * 86400)
#define RSA_SHORTEST 2048

struct key_look {
	bool there, readable;
	unsigned rsa_bits;      /* 0: no RSA key */
	struct instant until;
};

/* The contents of the element of DER at the front, if it is one of that tag (X.690 s8.1). */
static bool
der_enter(struct span *rest, uint8_t tag, struct span *contents)
{
	struct span s = *rest;
	size_t length, bytes;

	if (s.size < 2 || s.data[0] != tag)
		return false;
	length = s.data[1];
	s = span_skip(s, 2);
	if (length & 0x80) {
		bytes = length & 0x7f;
		if (bytes == 0 || bytes > 3 || s.size < bytes)
			return false;
		for (length = 0; bytes; bytes--, s = span_skip(s, 1))
			length = length << 8 | s.data[0];
	}
	if (length > s.size)
		return false;
	*contents = span_first(s, length);
	*rest = span_skip(s, length);
	return true;
}

/* RFC 8017 appendix A.1.1: the length of the modulus in a SubjectPublicKeyInfo of rsaEncryption; 0: it is of no RSA. */
static unsigned
rsa_bits_of(struct span spki)
{
	static const uint8_t rsa[] = { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01 };
	struct span info, algorithm, oid, key, numbers, modulus;
	unsigned bits;

	if (!der_enter(&spki, 0x30, &info) || !der_enter(&info, 0x30, &algorithm) || !der_enter(&algorithm, 0x06, &oid) ||
	    !span_equal(oid, span_of(rsa, sizeof(rsa))) || !der_enter(&info, 0x03, &key))
		return 0;
	key = span_skip(key, 1); /* no unused bits */
	if (!der_enter(&key, 0x30, &numbers) || !der_enter(&numbers, 0x02, &modulus))
		return 0;
	while (modulus.size && modulus.data[0] == 0)
		modulus = span_skip(modulus, 1);
	if (modulus.size == 0)
		return 1;
	bits = (unsigned)modulus.size * 8;
	for (uint8_t first = modulus.data[0]; !(first & 0x80); first = (uint8_t)(first << 1))
		bits--;
	return bits;
}

static struct key_look
look_at(struct arena *scratch, const struct portrait_certificate *key)
{
	struct certificate_facts facts;
	struct key_look look = { .there = key->certificates > 0 };

	if (look.there && certificate_read(key->der, scratch, &facts, NULL) == OK) {
		look.readable = true;
		look.until = facts.until;
		look.rsa_bits = rsa_bits_of(facts.spki);
	}
	arena_reset(scratch);
	return look;
}

/* All keys once, for the first rule that asks. */
static const struct key_look *
looks_of(struct examination *x)
{
	struct arena scratch = arena_init(1 * MIB);
	struct key_look *looks;
	size_t count = 0;

	if (x->keys)
		return x->keys;
	for (size_t i = 0; i < x->portrait->role_count; i++)
		count += x->portrait->roles[i].key_count;
	looks = arena_array(x->arena, struct key_look, count);
	count = 0;
	for (size_t i = 0; i < x->portrait->role_count; i++)
		for (size_t k = 0; k < x->portrait->roles[i].key_count; k++)
			looks[count++] = look_at(&scratch, &x->portrait->roles[i].keys[k]);
	arena_release(&scratch);
	x->keys = looks;
	return looks;
}

static void
find_keys(struct examination *x, bool (*wrong)(const struct examination *, const struct key_look *),
    struct span (*found)(struct arena *, const struct key_look *))
{
	const struct key_look *look = looks_of(x);

	for (size_t i = 0; i < x->portrait->role_count; i++)
		for (size_t k = 0; k < x->portrait->roles[i].key_count; k++, look++)
			if (wrong(x, look))
				rule_found(x, x->portrait->roles[i].keys[k].at, found(x->arena, look));
}

static bool
is_unreadable(const struct examination *x, const struct key_look *look)
{
	(void)x;
	return look->there && !look->readable;
}

static struct span
found_nothing(struct arena *arena, const struct key_look *look)
{
	(void)arena;
	(void)look;
	return (struct span){ 0 };
}

void
check_certificate(struct examination *x)
{
	find_keys(x, is_unreadable, found_nothing);
}

static bool
is_short(const struct examination *x, const struct key_look *look)
{
	(void)x;
	return look->rsa_bits && look->rsa_bits < RSA_SHORTEST;
}

static struct span
found_bits(struct arena *arena, const struct key_look *look)
{
	return span_text(arena_print(arena, "RSA %u", look->rsa_bits));
}

void
check_key_short(struct examination *x)
{
	find_keys(x, is_short, found_bits);
}

static bool
is_expired(const struct examination *x, const struct key_look *look)
{
	return look->readable && instant_before(look->until, x->examined->now);
}

static struct span
found_until(struct arena *arena, const struct key_look *look)
{
	char text[INSTANT_TEXT];

	return arena_copy(arena, span_text(instant_text(look->until, text)));
}

void
check_certificate_expired(struct examination *x)
{
	find_keys(x, is_expired, found_until);
}

static bool
is_expiring(const struct examination *x, const struct key_look *look)
{
	return look->readable && !is_expired(x, look) &&
	    instant_before(look->until, instant_after(x->examined->now, EXPIRING));
}

void
check_certificate_expiring(struct examination *x)
{
	find_keys(x, is_expiring, found_until);
}
