/* transaction/proofing/challenge.c - what a person is asked to sign with the card. */
#include "transaction/proofing/challenge.h"

#include <time.h>

#include "base/calendar.h"
#include "base/record.h"
#include "base/role.h"
#include "codec/text.h"

#define FORMAT 3

const struct table proofing_challenge_table = { "proofing-challenge", ROLE_BIT(ROLE_WORKER), 0 };

static const struct { const char *ja, *en; } titles[] = {
	[JPKI_SIGNATURE] = { "マイナンバーカードの電子署名による本人確認",
	    "Proof of identity by the My Number card's electronic signature" },
	[JPKI_AUTHENTICATION] = { "マイナンバーカードによる利用者の確認", "Authentication by the My Number card" },
};

static const struct {
	enum proofing_attribute attribute;
	const char *claim, *ja, *en;
} attributes[PROOFING_ATTRIBUTES] = {
	{ PROOFING_NAME, "name", "氏名", "name" },
	{ PROOFING_BIRTHDATE, "birthdate", "生年月日", "date of birth" },
	{ PROOFING_SEX, "gender", "性別", "sex" },
	{ PROOFING_ADDRESS, "address", "住所", "address" },
	{ PROOFING_PREFECTURE, "address_region", "都道府県", "prefecture" },
	{ PROOFING_AGE_OVER_18, "age_over_18", "18歳以上かどうか", "whether 18 or older" },
	{ PROOFING_AGE_OVER_20, "age_over_20", "20歳以上かどうか", "whether 20 or older" },
	{ PROOFING_AGE_OVER_65, "age_over_65", "65歳以上かどうか", "whether 65 or older" },
	{ PROOFING_OTHERS, "jpki_other", "電子証明書のその他の項目", "other items of the certificate" },
};

/* What relying parties by SAML ask for under these names is the same to know (X.520, inetOrgPerson, SCHAC). */
static const struct {
	const char *name;
	enum proofing_attribute attribute;
} in_saml[] = {
	{ "urn:oid:2.16.840.1.113730.3.1.241", PROOFING_NAME },  /* displayName */
	{ "urn:oid:2.5.4.3", PROOFING_NAME },                    /* cn */
	{ "urn:oid:1.3.6.1.4.1.25178.1.2.3", PROOFING_BIRTHDATE }, /* schacDateOfBirth */
	{ "urn:oid:1.3.6.1.4.1.25178.1.2.2", PROOFING_SEX },     /* schacGender */
	{ "urn:oid:2.5.4.16", PROOFING_ADDRESS },                /* postalAddress */
};

unsigned
proofing_attribute_read(struct span claim)
{
	for (size_t i = 0; i < COUNT(attributes); i++)
		if (span_is(claim, attributes[i].claim))
			return attributes[i].attribute;
	for (size_t i = 0; i < COUNT(in_saml); i++)
		if (span_is(claim, in_saml[i].name))
			return in_saml[i].attribute;
	return 0;
}

const char *
proofing_attribute_name(enum proofing_attribute attribute)
{
	for (size_t i = 0; i < COUNT(attributes); i++)
		if (attributes[i].attribute == attribute)
			return attributes[i].claim;
	return NULL;
}

/* Rows */

void
proofing_challenge_write(struct buffer *b, const struct proofing_challenge *c)
{
	buffer_u8(b, FORMAT);
	buffer_id(b, &c->id);
	buffer_u8(b, (uint8_t)c->purpose);
	buffer_u32(b, c->attributes);
	buffer_instant(b, c->made);
	buffer_instant(b, c->expires);
	buffer_block(b, c->caller);
	buffer_block(b, c->member);
	buffer_block(b, c->relying_party);
	buffer_block(b, c->origin);
	buffer_block(b, c->reference);
	buffer_block(b, c->text);
	buffer_block(b, c->continues.handle);
	buffer_u8(b, (uint8_t)c->continues.kind.purpose);
	buffer_u8(b, (uint8_t)c->continues.kind.medium);
	buffer_block(b, c->name.ja);
	buffer_block(b, c->name.en);
}

bool
proofing_challenge_read(struct span value, struct proofing_challenge *out)
{
	struct record r = record_of(value);
	uint8_t format = record_u8(&r), purpose;

	*out = (struct proofing_challenge){ .id = record_id(&r) };
	purpose = record_u8(&r);
	out->attributes = record_u32(&r);
	out->made = record_instant(&r);
	out->expires = record_instant(&r);
	out->caller = record_block(&r);
	out->member = record_block(&r);
	out->relying_party = record_block(&r);
	out->origin = record_block(&r);
	out->reference = record_block(&r);
	out->text = record_block(&r);
	out->continues.handle = record_block(&r);
	out->continues.kind.purpose = (enum jpki_purpose)record_u8(&r);
	out->continues.kind.medium = (enum jpki_medium)record_u8(&r);
	out->name.ja = record_block(&r);
	out->name.en = record_block(&r);
	if (format != FORMAT || !record_whole(&r) || out->continues.kind.purpose > JPKI_AUTHENTICATION ||
	    out->continues.kind.medium > JPKI_PHONE || purpose < JPKI_SIGNATURE || purpose > JPKI_AUTHENTICATION)
		return false;
	out->purpose = (enum jpki_purpose)purpose;
	return true;
}

/* Words */

static void
write_time(struct buffer *b, struct instant t)
{
	time_t seconds = (time_t)((t.us + JAPAN) / SECONDS(1));
	struct tm at;

	gmtime_r(&seconds, &at);
	buffer_print(b, "日時：%d年%d月%d日 %d時%02d分（日本時間）\n", at.tm_year + 1900, at.tm_mon + 1, at.tm_mday,
	    at.tm_hour, at.tm_min);
}

static void
write_told(struct buffer *b, unsigned set, bool english)
{
	const char *before = "";

	for (size_t i = 0; i < COUNT(attributes); i++)
		if (set & attributes[i].attribute) {
			buffer_print(b, "%s%s", before, english ? attributes[i].en : attributes[i].ja);
			before = english ? ", " : "、";
		}
	if (!set)
		buffer_text(b, english ? "nothing of the certificate" : "なし");
	buffer_byte(b, '\n');
}

static struct span
in_language(const struct localized *l, bool english)
{
	struct span first = english ? l->en : l->ja, other = english ? l->ja : l->en;

	return first.size ? first : other;
}

/* In one line, whatever line breaks the record has: none of it may look like a line of ours. */
static void
write_line(struct buffer *b, struct span text)
{
	for (size_t i = 0; i < text.size; i++)
		buffer_byte(b, text.data[i] == '\n' ? ' ' : text.data[i]);
	buffer_byte(b, '\n');
}

/* Those that are used for the same stand together. */
static void
write_purposes(struct buffer *b, unsigned set, const struct localized *used_for, bool english)
{
	const char *comma = english ? ", " : "、";

	if (set)
		buffer_text(b, english ? "What they will use it for:\n" : "利用目的：\n");
	for (size_t i = 0; i < COUNT(attributes); i++) {
		struct span purpose = in_language(&used_for[i], english);

		if (!(set & attributes[i].attribute))
			continue;
		buffer_text(b, english ? "- " : "・");
		for (size_t n = i; n < COUNT(attributes); n++) {
			if (!(set & attributes[n].attribute) ||
			    !span_equal(in_language(&used_for[n], english), purpose))
				continue;
			buffer_print(b, "%s%s", n > i ? comma : "", english ? attributes[n].en : attributes[n].ja);
			set &= ~(unsigned)attributes[n].attribute;
		}
		buffer_text(b, english ? ": " : "：");
		if (!(english ? used_for[i].en : used_for[i].ja).size)
			buffer_text(b, english ? "(told in Japanese only) " : "（英語だけの説明）");
		write_line(b, purpose);
	}
}

/* Groups of four are what people can compare between two screens. */
static void
write_number(struct buffer *b, const struct id *id)
{
	for (size_t i = 0; i < sizeof(id->bytes); i++) {
		if (i && i % 2 == 0)
			buffer_byte(b, '-');
		buffer_print(b, "%02X", id->bytes[i]);
	}
	buffer_byte(b, '\n');
}

enum err
proofing_text(struct arena *arena, const struct proofing_challenge *c, const struct proofing_wording *words,
    struct span *out, struct problem *why)
{
	struct span ja = in_language(&words->asker, false), en = in_language(&words->asker, true), what = words->what;
	struct buffer b = buffer_init(PROOFING_TEXT_LARGEST);
	char at[INSTANT_TEXT];
	bool too_large;

	buffer_print(&b, "%s\n依頼元：%.*s\n", titles[c->purpose].ja, SPAN_ARGS(ja));
	if (what.size)
		buffer_print(&b, "目的：%.*s\n", SPAN_ARGS(what));
	write_time(&b, c->made);
	buffer_text(&b, "依頼元に伝わる項目：");
	write_told(&b, c->attributes, false);
	write_purposes(&b, c->attributes, words->purposes, false);
	/* A handle is keyed by the member (proofing_handle()): all its relying parties know the certificate by one. */
	buffer_print(&b, "そのほかに、確認の結果と、同じ電子証明書かどうかが分かる記号"
	    "（「%.*s」のすべてのサービスに共通で、参加機関ごとに異なります）が伝わります。\n",
	    SPAN_ARGS(in_language(&words->member, false)));
	if (c->continues.kind.purpose)
		buffer_text(&b, "また、依頼元が以前に確認した電子証明書と同じ人のものかどうかを照会し、その結果が伝わります。\n");
	buffer_text(&b, "番号：");
	write_number(&b, &c->id);
	buffer_print(&b, "\n%s\nAsked by: %.*s\n", titles[c->purpose].en, SPAN_ARGS(en));
	if (words->what_en.size)
		buffer_print(&b, "For: %.*s\n", SPAN_ARGS(words->what_en));
	else if (what.size)
		buffer_print(&b, "For, in the asker's own words: %.*s\n", SPAN_ARGS(what));
	buffer_print(&b, "At: %s\n", instant_text(c->made, at));
	buffer_text(&b, "What they will learn: ");
	write_told(&b, c->attributes, true);
	write_purposes(&b, c->attributes, words->purposes, true);
	buffer_print(&b, "They also learn the result, and a sign by which the same certificate is known again: one for "
	    "all services of %.*s, another for each other member.\n",
	    SPAN_ARGS(in_language(&words->member, true)));
	if (c->continues.kind.purpose)
		buffer_text(&b, "It is asked whether this certificate is the same person's as one they saw before, and "
		    "they learn the answer.\n");
	buffer_text(&b, "Number: ");
	write_number(&b, &c->id);
	*out = arena_copy(arena, buffer_span(&b));
	too_large = b.overflowed;
	buffer_release(&b);
	if (too_large)
		return problem_set(why, ERR_LIMIT, "",
		    "what the record of %.*s says its attributes are used for makes a text of more than %zu bytes to "
		    "be signed: nobody would read it",
		    SPAN_ARGS(c->relying_party), PROOFING_TEXT_LARGEST);
	return OK;
}
