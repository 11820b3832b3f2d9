/* registry/rule_key.c - rules about the keys in KeyDescriptors, and the certificates they come in.
 *
 * Metadata says which key to trust, whatever its certificate says (SAML 2.0 Metadata Interoperability s2.6): dates are
 * worth a warning, because some software looks at them all the same.
 */
#include "registry/key_look.h"
#include "registry/rule_check.h"

#define EXPIRING SECONDS(60 * 86400)
#define RSA_SHORTEST 2048

/* All keys once, for the first rule that asks. */
static const struct key_look *
looks_of(struct examination *x)
{
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
			looks[count++] = key_look_at(x->portrait->roles[i].keys[k].der);
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
			if (x->portrait->roles[i].keys[k].certificates && wrong(x, look))
				rule_found(x, x->portrait->roles[i].keys[k].at, found(x->arena, look));
}

static bool
is_unreadable(const struct examination *x, const struct key_look *look)
{
	(void)x;
	return !look->readable;
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
	return look->until.us && instant_before(look->until, x->examined->now);
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
	return look->until.us && !is_expired(x, look) &&
	    instant_before(look->until, instant_after(x->examined->now, EXPIRING));
}

void
check_certificate_expiring(struct examination *x)
{
	find_keys(x, is_expiring, found_until);
}
