/* transaction/sign_on/assertion.c - what will be told whom, as facts. */
#include "transaction/sign_on/assertion.h"

#include "codec/json_writer.h"
#include "transaction/client/relying_party.h"

#define ASSERTION_LARGEST (8 * KIB)

/* In the order of facts, as canonical JSON is: of both protocols here the same but for what stands beside them. */
struct telling {
	bool injection_protected;    /* it answers what this browser was sent with (RFC 9700 s2.1) */
	bool recipient_authenticated;
	const char *protocol;
};

/* The word in rp.requests; NULL: it has none, for it tells of nobody (a web site). */
static const char *
request_word(const struct release_kind *kind)
{
	static const struct { const char *kind, *word; } words[] = {
		{ "name", "name" }, { "name#ja-Kana-JP", "furigana" }, { "family_name", "name" },
		{ "given_name", "name" }, { "nickname", "nickname" }, { "birthdate", "birthdate" },
		{ "gender", "gender" }, { "address", "address" }, { "email", "email" }, { "phone_number", "phone" },
		{ "organization", "affiliation" }, { "department", "affiliation" }, { "job_title", "affiliation" },
	};

	if (kind->age)
		return "age-over";
	if (kind->region)
		return "prefecture";
	for (size_t i = 0; i < COUNT(words); i++)
		if (strcmp(kind->name, words[i].kind) == 0)
			return words[i].word;
	return NULL;
}

static bool
is_registered(const struct relying_party *rp, const struct release_kind *kind)
{
	for (size_t i = 0; i < rp->attribute_count; i++)
		if (release_kind_find(rp->attributes[i].name) == kind)
			return true;
	return false;
}

/* What its record does not name it does not get, and so does not ask for. */
static void
write_requests(struct buffer *b, const struct sign_on *s, const struct relying_party *rp)
{
	const char *told[RELEASE_KINDS];
	size_t count = 0;

	buffer_text(b, ",\"rp.requests\":[\"identifier\"");
	for (size_t i = 0; i < s->wish_count; i++) {
		const struct release_kind *kind = release_kind_find(s->wishes[i].name);
		const char *word = kind && is_registered(rp, kind) ? request_word(kind) : NULL;
		size_t n = 0;

		while (word && n < count && strcmp(told[n], word) != 0)
			n++;
		if (!word || n < count || count == COUNT(told))
			continue;
		told[count++] = word;
		buffer_text(b, ",\"");
		buffer_text(b, word);
		buffer_byte(b, '"');
	}
	buffer_text(b, s->request.size ? ",\"proofing-record\"]" : "]");
}

static struct telling
telling_of(const struct sign_on *s)
{
	static const uint8_t none[sizeof(s->challenge)];

	/* A SAML response names the request that it answers. */
	if (s->protocol == GRANT_SAML)
		return (struct telling){ .injection_protected = true, .recipient_authenticated = s->recipient_known,
			.protocol = "saml" };
	return (struct telling){ .injection_protected = memcmp(s->challenge, none, sizeof(none)) != 0 || s->nonce.size,
		.recipient_authenticated = s->recipient_known, .protocol = "oidc" };
}

static void
write_flag(struct buffer *b, const char *name, bool value)
{
	json_write_name(b, name);
	buffer_text(b, value ? "true" : "false");
}

/* Signed; to one, once, by a code of which it is the other half: what the browser carries is worth nothing alone. What
 * persons are asked and shown is the same for whoever asks: nothing is told without their consent (sign_on/judge.c), of
 * what they chose, and it stands in their history. */
struct span
sign_on_assertion(struct arena *arena, const struct sign_on_settings *settings, const struct sign_on *s,
    const struct relying_party *rp)
{
	const struct telling t = telling_of(s);
	struct buffer b = buffer_init(ASSERTION_LARGEST);
	struct span json;

	buffer_reserve(&b, 2 * KIB);
	buffer_text(&b, "{\"assertion.audience_restricted\":true,\"assertion.audience_single\":true");
	json_write_member(&b, "assertion.channel", span_text(s->protocol == GRANT_SAML ? "front" : "back"));
	write_flag(&b, "assertion.cross_domain", true);
	write_flag(&b, "assertion.encrypted", false);
	write_flag(&b, "assertion.injection_protected", t.injection_protected);
	write_flag(&b, "assertion.levels_told", true);
	if (settings->assertion_for) {
		json_write_name(&b, "assertion.lifetime");
		buffer_number(&b, (uint64_t)(settings->assertion_for / SECONDS(1)));
	}
	json_write_member(&b, "assertion.presentation", span_text("bearer"));
	json_write_member(&b, "assertion.protocol", span_text(t.protocol));
	write_flag(&b, "assertion.pseudonym_marked", true);
	write_flag(&b, "assertion.recipient_authenticated", t.recipient_authenticated);
	write_flag(&b, "assertion.signed", true);
	write_flag(&b, "assertion.single_use", true);
	json_write_member(&b, "assertion.subject", span_text("pairwise"));
	json_write_member(&b, "assertion.trust_agreement", span_text("a-priori"));
	buffer_text(&b, ",\"privacy.consent\":true,\"privacy.history_shown\":true,\"privacy.items_chosen\":true,"
	    "\"privacy.provision_recorded\":true,\"privacy.withdrawal\":true,\"rp.purpose_stated\":true");
	write_requests(&b, s, rp);
	buffer_byte(&b, '}');
	json = arena_copy(arena, buffer_span(&b));
	buffer_release(&b);
	return json;
}
