/* tools/card/answer.c - the command that signs for a page of Watashi, by the link that the page shows as a QR code, at
 * home or at a registered terminal. Nothing of the person comes back, and nothing is kept.
 */
#include <stdio.h>

#include "card/command.h"
#include "card/service.h"
#include "codec/document.h"
#include "codec/text.h"

#define ARENA (8 * MIB)
#define TEXT_LARGEST (16 * KIB) /* as the server's and its schema's */
#define CODE_LETTERS 26
#define PAGE "/card/#"

struct wishes {
	struct signing_options signing;
	const char *terminal, *authorities;
};

/* "https://watashi.example/card/#CODE": the service, and the code in it. */
static enum err
link_read(struct arena *a, const char *link, const char **url, const char **code, struct problem *why)
{
	const char *page = strstr(link, PAGE);

	*code = page ? page + strlen(PAGE) : "";
	if (!page || page == link || strlen(*code) != CODE_LETTERS ||
	    strspn(*code, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ234567") != CODE_LETTERS)
		return problem_set(why, ERR_INVALID, "", "%s", either(
		    "ページに表示されたリンク（https://…/card/#符号）を指定してください。",
		    "expected the link that the page shows: https://…/card/#CODE"));
	*url = arena_print(a, "%.*s/", (int)(page - link), link);
	return OK;
}

struct task {
	struct span text;
	const char *purpose;
};

static enum err
task_read(struct arena *a, struct span body, struct task *out, struct problem *why)
{
	struct document document = document_parse(a, "task", body);
	struct place root = document_root(&document), purpose = place_required(place_member(root, "purpose"));

	out->text = span_text(place_text(place_required(place_member(root, "text")), 1, TEXT_LARGEST, NULL));
	out->purpose = place_text(purpose, 1, 40, NULL);
	if (!jpki_purpose_read(span_text(out->purpose)))
		place_fail(purpose, "signature or authentication", NULL);
	/* What else it says is the service's to add. */
	place_value(root);
	return document_end(&document, why);
}

static enum ending
outcome_show(struct arena *a, struct span body)
{
	struct document document = document_parse(a, "answer", body);
	struct place root = document_root(&document), failed_step = place_member(root, "failed");
	const char *outcome = place_text(place_required(place_member(root, "outcome")), 1, 40, NULL);
	const char *why_not = "";
	struct problem why;
	bool good;

	if (place_exists(failed_step) && !json_is_null(place_value(failed_step)))
		why_not = place_text(place_member(place_member(failed_step, "why"), either("ja", "en")), 1, 2048, "");
	place_value(root);
	good = strcmp(outcome, "established") == 0;
	if (document_end(&document, &why) != OK)
		return failed(&why);
	printf("%s\n", good ? either("署名が確認されました。元の画面にお戻りください。",
	    "The signature is good. Go back to the page that showed the code.")
	                    : either("確認できませんでした。", "The signature does not count."));
	if (*why_not) {
		words_print(stdout, why_not);
		fputc('\n', stdout);
	}
	return good ? DONE_WELL : FAILED;
}

static enum ending
page_answer(struct arena *a, const char *link, struct wishes *w)
{
	struct service service = { .authorities = w->authorities };
	struct signed_data made;
	struct task task;
	struct span body, certificate, signature;
	const char *code, *path, *proof;
	enum ending ending;
	struct problem why;

	if (w->signing.language && !words_are(w->signing.language))
		return misuse(PROGRAM, "--lang: expected ja or en, found \"%s\"", w->signing.language);
	if (link_read(a, link, &service.url, &code, &why) != OK)
		return failed(&why);
	path = arena_print(a, "v1/card/%s", code);
	if (service_ask(&service, a, path, (struct span){ 0 }, &body, &why) != OK ||
	    task_read(a, body, &task, &why) != OK)
		return failed(&why);
	if (!text_show(task.text)) {
		problem_set(&why, ERR_INVALID, "", "%s", either("署名する文章に表示できない文字があるため、中止しました。",
		    "what is to be signed has characters nobody can see: nothing is signed"));
		return failed(&why);
	}
	fprintf(stderr, "%s ", either("送信先：", "Sent to:"));
	words_print(stderr, service.url);
	fputc('\n', stderr);
	w->signing.purpose = task.purpose;
	ending = data_sign(&w->signing, a, task.text, &made);
	if (ending != DONE_WELL)
		return ending;
	certificate = base64_write(a, made.certificate.der);
	signature = base64_write(a, made.signature.bytes);
	proof = arena_print(a, "{\"algorithm\":\"%s\",\"certificate\":\"%.*s\",\"signature\":\"%.*s\"}",
	    made.signature.algorithm, SPAN_ARGS(certificate), SPAN_ARGS(signature));
	/* The token goes along where it says something: nobody learns who asked for the text. */
	if ((w->terminal && bearer_read(a, w->terminal, &service.bearer, &why) != OK) ||
	    service_ask(&service, a, path, span_text(proof), &body, &why) != OK)
		return failed(&why);
	return outcome_show(a, body);
}

enum ending
answer_command(int argc, char **argv)
{
	struct wishes w = { 0 };
	const struct option_row options[] = {
		CARD_OPTIONS(w.signing),
		{ "terminal-token-file", "FILE", "a file with the token of this registered terminal", &w.terminal, NULL,
		    NULL },
		{ "ca", "FILE", "CAs the service is believed by, PEM", &w.authorities, NULL, NULL },
		{ 0 },
	};
	const struct command_usage usage = { "answer LINK [OPTION …]",
		"Signs for a page of Watashi: LINK is what the page shows, as text and as a QR code. What is to be "
		"signed is shown first; the page that showed the link goes on, and nothing of the person comes back.",
		options, 1, 1 };
	struct arena a = arena_init(ARENA);
	enum ending ending;
	const char *link;

	if (options_read(PROGRAM, &usage, argc, argv, &link, &ending))
		ending = page_answer(&a, link, &w);
	arena_release(&a);
	return ending;
}
