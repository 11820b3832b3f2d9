/* tools/ctl/jpki_show.c - what was found out about a certificate or a signed document, for people and for programs. */
#include <stdio.h>
#include <string.h>

#include "codec/text.h"
#include "crypto/digest.h"
#include "ctl/jpki.h"
#include "ctl/policy.h"
#include "jpki/explanation.h"

struct title {
	const char *name, *ja, *en;
};

static const struct title kinds[] = {
	[JPKI_UNKNOWN_FILE] = { "unknown", "不明", "unknown" },
	[JPKI_AUTHORITY_FILE] = { "authority", "認証局の証明書", "certificate of an authority" },
	[JPKI_CERTIFICATE_FILE] = { "certificate", "証明書", "certificate" },
	[JPKI_CMS_FILE] = { "cms", "CMS署名", "CMS signature" },
	[JPKI_XML_FILE] = { "xml", "XML署名", "XML signature" },
};

static const struct {
	const char *mark;
	struct title title;
} outcomes[] = {
	[NOT_CHECKED] = { "-", { "not-checked", "確かめていない", "not checked" } },
	[REFUTED] = { "✗", { "refuted", "否認", "refuted" } },
	[UNDETERMINED] = { "?", { "undetermined", "不明", "undetermined" } },
	[ESTABLISHED] = { "✓", { "established", "確認", "established" } },
};

static const struct title sexes[] = {
	[SEX_UNSPECIFIED] = { "unspecified", "不明", "unspecified" },
	[SEX_MALE] = { "male", "男", "male" },
	[SEX_FEMALE] = { "female", "女", "female" },
};

static const char *
title_of(const struct title *title, bool ja)
{
	return ja ? title->ja : title->en;
}

static const char *
hash_text(struct ctl *ctl, struct span der)
{
	uint8_t hash[32];

	digest(DIGEST_SHA256, der, hash);
	return hex_write(ctl->arena, span_of(hash, sizeof(hash)));
}

/* As people */

/* Characters of two columns: everything from hangul on, as far as our titles go. */
static int
columns_of(const char *text)
{
	struct span rest = span_text(text);
	int columns = 0;

	while (rest.size)
		columns += utf8_cut(&rest) >= 0x1100 ? 2 : 1;
	return columns;
}

static void
line_show(const char *ja, const char *en, const char *value)
{
	const char *title = policy_in_japanese() ? ja : en;

	if (value[0])
		printf("  %s%*s %s\n", title, 26 - columns_of(title), "", value);
}

/* What a file says goes to a terminal: nothing in it may command that. */
static const char *
harmless(struct ctl *ctl, struct span text)
{
	struct buffer b = buffer_init(4 * text.size + 64);
	uint32_t before = 0, c;
	const char *out;

	if (!utf8_valid(text))
		return "(not UTF-8)";
	for (; text.size; before = c) {
		struct span from = text;

		c = utf8_cut(&text);
		if (character_unseen_behind(before, c) && c != '\n')
			buffer_print(&b, "<U+%04X>", (unsigned)c);
		else
			buffer_add(&b, span_first(from, from.size - text.size));
	}
	out = arena_text(ctl->arena, buffer_span(&b));
	buffer_release(&b);
	return out;
}

static void
certificate_show(struct ctl *ctl, const struct jpki_explained *x)
{
	char from[INSTANT_TEXT], until[INSTANT_TEXT];

	if (x->certificate.der.size == 0)
		return;
	line_show("主体者", "subject", harmless(ctl, span_text(x509_name_text(ctl->arena, x->certificate.subject))));
	line_show("発行者", "issuer", harmless(ctl, span_text(x509_name_text(ctl->arena, x->certificate.issuer))));
	line_show("シリアル番号", "serial number", hex_write(ctl->arena, x->certificate.serial));
	line_show("鍵識別子", "key identifier", hex_write(ctl->arena, x->certificate.subject_key_id));
	line_show("有効期間", "validity", arena_print(ctl->arena, "%s – %s", instant_text(x->certificate.not_before, from),
	    instant_text(x->certificate.not_after, until)));
	line_show("SHA-256", "SHA-256", hash_text(ctl, x->certificate.der));
}

static void
attributes_show(struct ctl *ctl, const struct jpki_attributes *a)
{
	char born[11];

	if (a->name.size == 0)
		return;
	line_show("氏名", "name", harmless(ctl, a->name));
	line_show("生年月日", "born", jpki_birth_text(&a->born, born));
	line_show("性別", "sex", title_of(&sexes[a->sex], policy_in_japanese()));
	line_show("住所", "address", harmless(ctl, a->address));
}

void
jpki_explained_show(struct ctl *ctl, const struct jpki_explained *x)
{
	bool ja = policy_in_japanese();

	printf("%s: %s\n", x->file.path, title_of(&kinds[x->file.kind], ja));
	certificate_show(ctl, x);
	attributes_show(ctl, &x->verified.attributes);
	for (size_t i = 0; i < x->examination.count; i++) {
		const struct examined *e = &x->examination.steps[i];
		const struct jpki_words title = jpki_step_title(e->step);
		const char *name = ja ? title.ja : title.en;

		printf("%s %s%*s %s%s%s%s%s\n", outcomes[e->outcome].mark, name, 26 - columns_of(name), "",
		    ja ? jpki_step_meaning(e->step, e->outcome).ja : "", harmless(ctl, span_text(e->text)),
		    e->clause[0] ? " (" : "", e->clause, e->clause[0] ? ")" : "");
	}
	if (x->verified.signed_content.size)
		printf("%s\n%s\n", ja ? "署名された内容:" : "what was signed:", harmless(ctl, x->verified.signed_content));
	printf("%s %s\n", outcomes[x->outcome].mark, title_of(&outcomes[x->outcome].title, ja));
}

/* As programs */

static json_t *
text_json(struct span text)
{
	return json_stringn((const char *)text.data, text.size);
}

static json_t *
words_json(struct jpki_words words)
{
	return json_pack("{s:s,s:s}", "ja", words.ja, "en", words.en);
}

static json_t *
steps_json(const struct examination *examination)
{
	json_t *out = json_array();

	for (size_t i = 0; i < examination->count; i++) {
		const struct examined *e = &examination->steps[i];
		json_t *step = json_pack("{s:s,s:s,s:s,s:o,s:o}", "step", e->step, "outcome", outcome_name(e->outcome),
		    "text", e->text, "title", words_json(jpki_step_title(e->step)), "meaning",
		    words_json(jpki_step_meaning(e->step, e->outcome)));

		if (e->clause[0])
			json_object_set_new(step, "clause", json_string(e->clause));
		json_array_append_new(out, step);
	}
	return out;
}

static json_t *
certificate_json(struct ctl *ctl, const struct x509 *c)
{
	char from[INSTANT_TEXT], until[INSTANT_TEXT];

	return json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:s}", "subject", x509_name_text(ctl->arena, c->subject), "issuer",
	    x509_name_text(ctl->arena, c->issuer), "serial", hex_write(ctl->arena, c->serial), "key_id",
	    hex_write(ctl->arena, c->subject_key_id), "not_before", instant_text(c->not_before, from), "not_after",
	    instant_text(c->not_after, until), "sha256", hash_text(ctl, c->der));
}

static json_t *
attributes_json(const struct jpki_attributes *a)
{
	char born[11];
	json_t *out = json_pack("{s:o,s:s}", "name", text_json(a->name), "sex", sexes[a->sex].name);

	if (a->address.size)
		json_object_set_new(out, "address", text_json(a->address));
	if (jpki_birth_text(&a->born, born)[0])
		json_object_set_new(out, "birthdate", json_string(born));
	return out;
}

static json_t *
revocation_json(const struct revocation_answer *a)
{
	char time[INSTANT_TEXT];
	json_t *out = json_pack("{s:s,s:s}", "status", revocation_status_name(a->status), "kind",
	    revocation_kind_name(a->kind));

	if (a->this_update.us)
		json_object_set_new(out, "this_update", json_string(instant_text(a->this_update, time)));
	if (a->next_update.us)
		json_object_set_new(out, "next_update", json_string(instant_text(a->next_update, time)));
	if (a->revoked_at.us)
		json_object_set_new(out, "revoked_at", json_string(instant_text(a->revoked_at, time)));
	return out;
}

json_t *
jpki_explained_json(struct ctl *ctl, const struct jpki_explained *x)
{
	const struct jpki_verified *v = &x->verified;
	json_t *out = json_pack("{s:s,s:s,s:s,s:o}", "file", x->file.path, "kind", kinds[x->file.kind].name, "outcome",
	    outcome_name(x->outcome), "steps", steps_json(&x->examination));

	if (x->certificate.der.size)
		json_object_set_new(out, "certificate", certificate_json(ctl, &x->certificate));
	if (x->generation)
		json_object_set_new(out, "generation", json_integer((json_int_t)x->generation->number));
	if (v->certificate.profile) {
		const struct jpki_profile *p = v->certificate.profile;

		json_object_set_new(out, "profile", json_pack("{s:s,s:s,s:s}", "purpose", jpki_purpose_name(p->purpose),
		    "medium", jpki_medium_name(p->medium), "world", jpki_world_name(p->world)));
	}
	if (v->attributes.name.size)
		json_object_set_new(out, "attributes", attributes_json(&v->attributes));
	if (v->revocation.status != REVOCATION_NOT_CHECKED)
		json_object_set_new(out, "revocation", revocation_json(&v->revocation));
	if (v->signed_content.size && utf8_valid(v->signed_content))
		json_object_set_new(out, "signed_content", text_json(v->signed_content));
	return out;
}
