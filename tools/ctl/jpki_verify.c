/* tools/ctl/jpki_verify.c - `watashictl jpki verify`: certificates and signed documents, explained step by step. */
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "codec/text.h"
#include "crypto/cms.h"
#include "crypto/digest.h"
#include "ctl/jpki.h"
#include "jpki/crl_store.h"

#define FILES_LARGEST 1024
#define PROFILE "JPKI certificate profile"

struct explaining {
	struct ctl *ctl;
	struct jpki_verifier verifier;
	struct instant at;
	enum jpki_purpose purpose;   /* JPKI_NO_PURPOSE: as the certificate's profile is */
	struct span content;         /* what must have been signed; empty: whatever was */
	json_t *json;                /* NULL: as text */
};

/* An authority: no path leads to it, so all there is to know is whether it is one, and which. */

static const char *
fingerprint(struct ctl *ctl, struct span der)
{
	uint8_t hash[32];

	digest(DIGEST_SHA256, der, hash);
	return hex_write(ctl->arena, span_of(hash, sizeof(hash)));
}

/* Which world it is of; none when it is no JPKI authority. */
static enum jpki_world
explain_profile(struct explaining *e, struct jpki_explained *x)
{
	struct jpki_anchors *alone = jpki_anchors_new();
	enum jpki_purpose purpose;
	enum jpki_world world;
	struct problem why = { 0 };

	if (!jpki_authority_named(e->ctl, x->certificate.subject, &purpose, &world))
		examination_note(&x->examination, "profile", REFUTED, PROFILE,
		    "its name is not one of a JPKI authority");
	else if (jpki_anchors_add(alone, purpose, world, x->file.bytes, &why) != OK)
		examination_note(&x->examination, "profile", REFUTED, PROFILE, "%s", why.text);
	else
		examination_note(&x->examination, "profile", ESTABLISHED, PROFILE,
		    "an authority for %s certificates of the %s world, signed with its own key",
		    jpki_purpose_name(purpose),
		    jpki_world_name(world));
	if (world == JPKI_TEST)
		examination_note(&x->examination, "world", e->verifier.trust.test ? ESTABLISHED : REFUTED, "",
		    "the test world counts with --test alone");
	jpki_anchors_free(alone);
	return world;
}

/* A key identifier is whatever its certificate says: the fingerprint must be that of the generation, too. */
static void
explain_generation(struct explaining *e, struct jpki_explained *x)
{
	const char *found = fingerprint(e->ctl, x->file.bytes);

	x->generation = jpki_generation_of(hex_write(e->ctl->arena, x->certificate.subject_key_id));
	if (!x->generation)
		examination_note(&x->examination, "generation", UNDETERMINED, PROFILE,
		    "no generation with its key identifier is known here: compare the published fingerprint");
	else if (strcmp(found, x->generation->sha256) != 0)
		examination_note(&x->examination, "generation", REFUTED, PROFILE,
		    "it has the key identifier of generation %u (%s), but not its fingerprint", x->generation->number,
		    x->generation->file);
	else
		examination_note(&x->examination, "generation", ESTABLISHED, PROFILE,
		    "generation %u (%s), by key identifier and fingerprint", x->generation->number,
		    x->generation->file);
}

static void
explain_validity(struct explaining *e, struct jpki_explained *x)
{
	char from[INSTANT_TEXT], until[INSTANT_TEXT];
	bool early = instant_before(e->at, x->certificate.not_before),
	    late = instant_before(x->certificate.not_after, e->at);

	examination_note(&x->examination, "validity", early || late ? REFUTED : ESTABLISHED, "RFC 5280 s4.1.2.5",
	    "%s: %s to %s", early ? "not yet in force" : late ? "no longer in force" : "in force",
	    instant_text(x->certificate.not_before, from), instant_text(x->certificate.not_after, until));
}

static void
explain_authority(struct explaining *e, struct jpki_explained *x)
{
	x->examination = (struct examination){ .arena = e->ctl->arena, .told = true };
	examination_note(&x->examination, "form", ESTABLISHED, "RFC 5280 s4.1", "a certificate of version %u, in DER",
	    x->certificate.version);
	/* Of the test world nothing is published that a fingerprint could be compared with. */
	if (explain_profile(e, x) == JPKI_PRODUCTION)
		explain_generation(e, x);
	explain_validity(e, x);
	x->outcome = examination_outcome(&x->examination);
}

/* Everything else goes the way of what people send. */

static enum jpki_purpose
purpose_of(const struct explaining *e, const struct x509 *certificate)
{
	static const enum jpki_world worlds[] = { JPKI_PRODUCTION, JPKI_TEST };
	enum jpki_purpose purpose;
	enum jpki_world world;

	if (e->purpose != JPKI_NO_PURPOSE)
		return e->purpose;
	for (size_t i = 0; i < COUNT(worlds) && certificate->der.size; i++) {
		const struct jpki_profile *profile =
		    jpki_profile_of(&e->verifier.trust.profiles, certificate, worlds[i]);

		if (profile)
			return profile->purpose;
	}
	/* Of no profile that is known: then it was to be what its issuer is there for. */
	if (certificate->der.size && jpki_authority_named(e->ctl, certificate->issuer, &purpose, &world))
		return purpose;
	return JPKI_SIGNATURE;
}

static void
explain_submission(struct explaining *e, struct jpki_explained *x)
{
	static const enum jpki_form forms[] = {
		[JPKI_UNKNOWN_FILE] = JPKI_NOTHING,
		[JPKI_AUTHORITY_FILE] = JPKI_CERTIFICATE,
		[JPKI_CERTIFICATE_FILE] = JPKI_CERTIFICATE,
		[JPKI_CMS_FILE] = JPKI_CMS,
		[JPKI_XML_FILE] = JPKI_XML,
	};
	struct jpki_submission submission = { .form = forms[x->file.kind], .purpose = purpose_of(e, &x->certificate),
		.signature = x->file.bytes };

	if (submission.form == JPKI_CERTIFICATE)
		submission = (struct jpki_submission){ .form = JPKI_CERTIFICATE, .purpose = submission.purpose,
			.certificate = x->file.bytes };
	if (submission.form == JPKI_CMS || submission.form == JPKI_XML)
		submission.content = e->content;
	jpki_verify_now(&e->verifier, e->ctl->arena, &submission, e->at, &x->verified);
	x->examination = x->verified.examination;
	x->outcome = x->verified.outcome;
	/* A certificate alone is asked about as such, not about somebody who signed. */
	if (submission.form == JPKI_CERTIFICATE && x->outcome == NOT_CHECKED)
		x->outcome = ESTABLISHED;
}

static void
explain_unknown(struct explaining *e, struct jpki_explained *x)
{
	x->examination = (struct examination){ .arena = e->ctl->arena, .told = true };
	examination_note(&x->examination, "document", REFUTED, "", x->file.bytes.size == 0 ? "the file is empty"
	    : "expected a certificate, a SignedData (CMS) or an XML document");
	x->outcome = REFUTED;
}

static enum err
explain(struct explaining *e, const char *path, struct jpki_explained *x, struct problem *why)
{
	*x = (struct jpki_explained){ 0 };
	if (jpki_file_read(e->ctl, path, e->verifier.trust.profiles.switches, &x->file, why) != OK)
		return why->code;
	if (x->file.certificate.size && x509_read(x->file.certificate, &x->certificate, why) != OK)
		x->certificate = (struct x509){ 0 };
	if (x->file.kind == JPKI_UNKNOWN_FILE)
		explain_unknown(e, x);
	else if (x->file.kind == JPKI_AUTHORITY_FILE)
		explain_authority(e, x);
	else
		explain_submission(e, x);
	return OK;
}

/* The command */

static bool
take_purpose(const char *word, enum jpki_purpose *out)
{
	*out = word ? jpki_purpose_read(span_text(word)) : JPKI_NO_PURPOSE;
	return !word || *out != JPKI_NO_PURPOSE;
}

static enum err
take_content(struct ctl *ctl, const char *path, struct span *out, struct problem *why)
{
	struct buffer file = buffer_init(CMS_LARGEST);
	enum err err = path ? file_read(path, &file, why) : OK;

	if (path && err == OK)
		*out = arena_copy(ctl->arena, buffer_span(&file));
	buffer_release(&file);
	return err;
}

static enum err
take_lists(struct explaining *e, const char *directory, struct crl_store **store, struct problem *why)
{
	static const struct crl_policy policy = { 0 };

	if (!directory)
		return OK;
	if (crl_store_open(directory, &e->verifier.trust, store, why) != OK)
		return why->code;
	e->verifier.sources[e->verifier.source_count++] = crl_source_new(*store, "crl", &policy);
	return OK;
}

static enum ending
explain_all(struct explaining *e, const char *const *paths, size_t count)
{
	enum ending ending = DONE;
	struct jpki_explained x;
	struct problem why;

	for (size_t i = 0; i < count; i++) {
		if (explain(e, paths[i], &x, &why) != OK) {
			ending = refused(&why);
			continue;
		}
		if (x.outcome != ESTABLISHED)
			ending = REFUSED;
		if (e->json) {
			json_array_append_new(e->json, jpki_explained_json(e->ctl, &x));
			continue;
		}
		if (i > 0)
			putchar('\n');
		jpki_explained_show(e->ctl, &x);
	}
	return ending;
}

enum ending
jpki_verify_files(struct ctl *ctl, int argc, char **argv)
{
	static const char *paths[FILES_LARGEST + 1];
	const char *at = NULL, *purpose = NULL, *content = NULL, *lists = NULL;
	struct texts anchors = { 0 };
	struct explaining e = { .ctl = ctl, .at = clock_now(), .verifier = { .told = true } };
	const struct flag flags[] = {
		{ .name = "anchors", .argument = "PATH", .list = &anchors,
		    .help = "certificates of authorities to be believed: a file or a directory of them" },
		{ .name = "crl", .argument = "DIR", .text = &lists,
		    .help = "lists that `jpki crl import` took in; without them revocation is undetermined" },
		{ .name = "at", .argument = "TIME", .text = &at, .help = "as of then (2026-11-22T05:20:00Z); now" },
		{ .name = "purpose", .argument = "WORD", .text = &purpose,
		    .help = "signature or authentication; as the certificate's profile says" },
		{ .name = "content", .argument = "FILE", .text = &content,
		    .help = "what must have been signed: a detached SignedData's content, an XML document's text" },
		{ .name = "test", .set = &e.verifier.trust.test, .help = "certificates of the test world count, too" },
		{ 0 },
	};
	const struct usage usage = {
		.synopsis = "jpki verify FILE… [--anchors PATH] … [--crl DIR]",
		.about = "Explains certificates, SignedData (CMS) and XML signatures step by step: what was looked at, "
			 "how it came out, and\nwhy. A certificate of a JPKI authority is explained as an anchor, with "
			 "the fingerprint to be compared. Offline:\nnobody is asked. Status 0 when all is established, "
			 "1 otherwise.",
		.flags = flags,
		.least = 1,
		.most = FILES_LARGEST,
	};
	struct jpki_anchors *believed = NULL;
	struct crl_store *store = NULL;
	struct problem why;
	enum ending ending;
	size_t count = 0;

	if (!arguments_read(ctl, &usage, argc, argv, paths, &ending))
		return ending;
	if (at && !instant_read(span_text(at), &e.at))
		return misused("--at: expected a time like 2026-11-22T05:20:00Z, found \"%s\"", at);
	if (!take_purpose(purpose, &e.purpose))
		return misused("--purpose: expected signature or authentication, found \"%s\"", purpose);
	while (count < FILES_LARGEST && paths[count])
		count++;
	e.verifier.trust.profiles = jpki_profiles_known();
	if (take_content(ctl, content, &e.content, &why) != OK ||
	    jpki_anchors_load(ctl, &anchors, e.verifier.trust.test, &believed, &why) != OK)
		return refused(&why);
	e.verifier.trust.anchors = believed;
	e.json = ctl->json ? json_array() : NULL;
	ending = take_lists(&e, lists, &store, &why) == OK ? explain_all(&e, paths, count) : refused(&why);
	if (e.json) {
		json_t *all = json_pack("{s:o}", "files", e.json);

		json_dumpf(all, stdout, JSON_COMPACT);
		putchar('\n');
		json_decref(all);
	}
	for (size_t i = 0; i < e.verifier.source_count; i++)
		revocation_source_free(e.verifier.sources[i]);
	if (store)
		crl_store_close(store);
	jpki_anchors_free(believed);
	return ending;
}
