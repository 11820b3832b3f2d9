/* tools/card/list.c - the command that tells what cards there are. */
#include <stdio.h>

#include "card/command.h"

#define ARENA (4 * MIB)

static const char *
state_text(enum pin_state state)
{
	switch (state) {
	case PIN_FINE:
		return either("暗証番号: 正常", "PIN: all tries are left");
	case PIN_WAS_WRONG:
		return either("暗証番号: 誤入力あり", "PIN: was wrong, more than one try is left");
	case PIN_LAST_TRY:
		return either("暗証番号: あと1回でロック", "PIN: one try is left");
	case PIN_LOCKED:
		break;
	}
	return either("暗証番号: ロック中", "PIN: locked");
}

static enum err
smartcard_show(struct smartcard *t, struct arena *a, struct problem *why)
{
	struct smartcard_certificate certificates[SMARTCARD_CERTIFICATES];
	size_t count = 0;
	enum err err = smartcard_certificates(t, a, certificates, &count, why);

	printf("%s\n  %s\n", t->label, state_text(smartcard_pin_state(t)));
	for (size_t i = 0; i < count; i++)
		printf("  %s: %s (%s %s)\n", certificates[i].uses & JPKI_SIGNATURE ? either("署名用", "signature") :
		    either("利用者証明用", "authentication"), certificates[i].subject, either("有効期限", "until"),
		    certificates[i].until);
	if (count == 0)
		printf("  %s\n", either("証明書は暗証番号の入力後に読み取れます", "its certificate is readable after the PIN"));
	return err;
}

enum ending
list_command(int argc, char **argv)
{
	const char *path = module_usual(), *language = NULL;
	const struct option_row options[] = {
		{ "module", "FILE", "the PKCS#11 module (OpenSC's)", &path, NULL, NULL },
		{ "lang", "WORD", "ja or en", &language, NULL, NULL },
		{ 0 },
	};
	const struct command_usage usage = { "list [OPTION …]", "Tells what cards are in the readers.", options, 0, 0 };
	struct arena a = arena_init(ARENA);
	CK_FUNCTION_LIST *module = NULL;
	struct smartcard tokens[SMARTCARDS];
	enum ending ending = DONE_WELL;
	struct problem why;
	size_t count = 0;

	if (!options_read(PROGRAM, &usage, argc, argv, NULL, &ending))
		goto out;
	if (language && !words_are(language)) {
		ending = misuse(PROGRAM, "--lang: expected ja or en, found \"%s\"", language);
		goto out;
	}
	if (module_open(path, &module, &why) != OK || smartcards_list(module, tokens, &count, &why) != OK)
		ending = failed(&why);
	for (size_t i = 0; i < count && ending == DONE_WELL; i++) {
		if (smartcard_session(&tokens[i], &why) != OK || smartcard_show(&tokens[i], &a, &why) != OK)
			ending = failed(&why);
		smartcard_close(&tokens[i]);
	}
	if (ending == DONE_WELL && count == 0) {
		problem_set(&why, ERR_NOT_FOUND, "", "%s", either("カードがありません", "there is no card in any reader"));
		ending = failed(&why);
	}
out:
	module_close(module);
	arena_release(&a);
	return ending;
}
