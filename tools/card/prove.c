/* tools/card/prove.c - the command that proves to a service who one is. */
#include <stdio.h>
#include <unistd.h>

#include "card/command.h"
#include "card/service.h"
#include "codec/document.h"

#define ARENA (8 * MIB)

struct wishes {
	struct signing_options signing;
	struct challenge_wish challenge;
	const char *token, *token_file, *authorities, *earlier;
	bool json;
};

/* What came of it, for a person. */

static const char *
value_text(const json_t *value)
{
	if (json_is_string(value))
		return json_string_value(value);
	return json_is_true(value) ? "true" : "false";
}

/* All of it is the service's. */
static void
line_show(const char *key, const char *name, const char *value)
{
	fputs("  ", stdout);
	words_print(stdout, key);
	if (name) {
		fputc(' ', stdout);
		words_print(stdout, name);
	}
	fputs(": ", stdout);
	words_print(stdout, value);
	fputc('\n', stdout);
}

static void
attributes_show(struct place attributes)
{
	const char *key;
	struct place value;
	void *cursor = NULL;

	while (place_next(attributes, &cursor, &key, &value)) {
		json_t *json = place_value(value), *member;
		const char *name;

		if (json_is_string(json))
			line_show(key, NULL, json_string_value(json));
		json_object_foreach(json, name, member)
			line_show(key, name, value_text(member));
	}
}

static const char *
outcome_text(const char *outcome)
{
	if (strcmp(outcome, "established") == 0)
		return either("本人であることが確認されました。", "Established: the service has seen who you are.");
	if (strcmp(outcome, "refuted") == 0)
		return either("確認できませんでした（無効）。", "Refuted: the proof does not count.");
	return either("確認できませんでした（判定不能）。", "Undetermined: the service could not find out.");
}

/* Whether it is the same person's as the certificate of an earlier proof; nothing where that was not asked. */
static const char *
continuity_text(const char *continuity)
{
	if (!*continuity)
		return NULL;
	if (strcmp(continuity, "same") == 0)
		return either("以前に確認した電子証明書と同じ人のものです。",
		    "The certificate is the same person's as the earlier one.");
	if (strcmp(continuity, "other") == 0)
		return either("以前に確認した電子証明書とは別の人のものです。",
		    "The certificate is not the same person's as the earlier one.");
	return either("以前に確認した電子証明書と同じ人のものかは分かりませんでした。",
	    "Whether the certificate is the same person's as the earlier one could not be found out.");
}

static enum ending
outcome_show(struct arena *a, struct span body, bool json)
{
	struct document document = document_parse(a, "outcome", body);
	struct place root = document_root(&document), failed_step = place_member(root, "failed");
	struct place said = place_required(place_member(root, "outcome"));
	const char *outcome = arena_text(a, span_text(place_text(said, 1, 40, NULL)));
	const char *continuity = continuity_text(place_text(place_member(root, "continuity"), 1, 40, ""));
	bool established = strcmp(outcome, "established") == 0;
	struct problem why;

	if (json && isatty(STDOUT_FILENO)) {
		words_print(stdout, arena_text(a, body));
		fputc('\n', stdout);
	} else if (json) {
		printf("%.*s\n", SPAN_ARGS(body));
	} else if (*outcome) {
		printf("%s\n", outcome_text(outcome));
		if (place_exists(failed_step))
			line_show(place_text(place_member(failed_step, "step"), 1, 80, ""), NULL,
			    place_text(place_member(failed_step, "text"), 1, 2048, ""));
		if (continuity)
			printf("%s\n", continuity);
		attributes_show(place_member(root, "attributes"));
	}
	/* What else it says is the service's to add. */
	place_value(root);
	if (document_end(&document, &why) != OK)
		return failed(&why);
	return established ? DONE_WELL : FAILED;
}

static enum ending
person_prove(struct arena *a, const char *url, struct wishes *w)
{
	struct service service = { .authorities = w->authorities };
	struct challenge challenge;
	struct signed_data made;
	enum ending ending;
	struct problem why;
	struct span body;
	size_t size = strlen(url);

	w->challenge.purpose = jpki_purpose_read(span_text(w->signing.purpose ? w->signing.purpose : ""));
	if (!w->challenge.purpose)
		return misuse(PROGRAM, "--purpose: expected signature or authentication");
	if (w->signing.language && !words_are(w->signing.language))
		return misuse(PROGRAM, "--lang: expected ja or en, found \"%s\"", w->signing.language);
	service.url = arena_print(a, "%s%s", url, size && url[size - 1] == '/' ? "" : "/");
	service.bearer = w->token;
	if ((w->token_file && bearer_read(a, w->token_file, &service.bearer, &why) != OK) ||
	    (w->earlier && earlier_read(a, w->earlier, &w->challenge.continues, &why) != OK) ||
	    challenge_fetch(&service, a, &w->challenge, &challenge, &why) != OK)
		return failed(&why);
	if (!text_show(challenge.text)) {
		problem_set(&why, ERR_INVALID, "", "%s", either("署名する文章に表示できない文字があるため、中止しました。",
		    "what is to be signed has characters nobody can see: nothing is signed"));
		return failed(&why);
	}
	ending = data_sign(&w->signing, a, challenge.text, &made);
	if (ending != DONE_WELL)
		return ending;
	if (proof_post(&service, a, &challenge, made.certificate.der, &made.signature, &body, &why) != OK)
		return failed(&why);
	return outcome_show(a, body, w->json);
}

enum ending
prove_command(int argc, char **argv)
{
	struct wishes w = { 0 };
	const struct option_row options[] = {
		SIGNING_OPTIONS(w.signing),
		{ "token", "TOKEN", "the caller's bearer token; others on this machine may see it", &w.token, NULL,
		    NULL },
		{ "token-file", "FILE", "a file with the token", &w.token_file, NULL, NULL },
		{ "relying-party", "ID", "the entity ID it is for", &w.challenge.relying_party, NULL, NULL },
		{ "origin", "URL", "where the person is", &w.challenge.origin, NULL, NULL },
		{ "reference", "TEXT", "the caller's own name for it", &w.challenge.reference, NULL, NULL },
		{ "what", "TEXT", "what it is for, in one line", &w.challenge.what, NULL, NULL },
		{ "continues", "FILE", "an earlier answer (--json): is it the same person's?", &w.earlier, NULL, NULL },
		{ "ca", "FILE", "CAs the service is believed by, PEM", &w.authorities, NULL, NULL },
		{ "json", NULL, "print the service's answer as it came", NULL, &w.json, NULL },
		{ 0 },
	};
	const struct command_usage usage = { "prove URL --purpose WORD [OPTION …]",
		"Fetches a challenge from the Watashi service at URL, shows it, signs it, posts the proof, and prints "
		"the outcome.",
		options, 1, 1 };
	struct arena a = arena_init(ARENA);
	enum ending ending;
	const char *url;

	if (options_read(PROGRAM, &usage, argc, argv, &url, &ending))
		ending = person_prove(&a, url, &w);
	arena_release(&a);
	return ending;
}
