/* tools/card/signature.c - one signature by a person: what is signed is shown, the PIN asked for, and a wrong one
 * said. */
#include <stdio.h>

#include "card/command.h"
#include "codec/text.h"

bool
text_show(struct span text)
{
	struct span rest = text;
	uint32_t before = 0, c;

	if (!utf8_valid(text))
		return false;
	for (; rest.size; before = c) {
		c = utf8_cut(&rest);
		if (c != '\n' && character_unseen_behind(before, c))
			return false;
	}
	fprintf(stderr, "%s\n----\n%.*s\n----\n", either("次の内容に署名します。", "This is what will be signed:"),
	    SPAN_ARGS(text));
	return true;
}

/* Whether there is a try that may be spent. */
static bool
state_tell(enum pin_state state, bool tried)
{
	switch (state) {
	case PIN_FINE:
		if (tried)
			fprintf(stderr, "%s\n", either("暗証番号が違います。", "The PIN is wrong."));
		return true;
	case PIN_WAS_WRONG:
		if (tried)
			fprintf(stderr, "%s\n", either("暗証番号が違います。あと2回以上入力できます。",
			    "The PIN is wrong. More than one try is left."));
		return true;
	case PIN_LAST_TRY:
		fprintf(stderr, "%s\n", tried ? either("暗証番号が違います。あと1回間違えるとロックされます。",
		    "The PIN is wrong. One try is left; then it is locked.") :
		    either("注意: あと1回間違えるとロックされます。", "Take care: one try is left; then the PIN is locked."));
		return true;
	case PIN_LOCKED:
		break;
	}
	fprintf(stderr, "%s\n", either("暗証番号はロックされています。市区町村の窓口で再設定してください。",
	    "The PIN is locked. The municipality's office can set a new one."));
	return false;
}

static enum ending
pin_give(const struct signing_options *o, struct smartcard *t, enum jpki_purpose purpose, struct pin *pin)
{
	struct problem why;
	long fd = -1;

	if (o->pin_fd && !option_number(o->pin_fd, 0, 1 << 20, &fd))
		return misuse(PROGRAM, "--pin-fd: expected a descriptor's number, found \"%s\"", o->pin_fd);
	if (!state_tell(smartcard_pin_state(t), false))
		return FAILED;
	if (pin_ask(pin, purpose, t->label, (int)fd, &why) != OK)
		return failed(&why);
	/* The card would count it as a try. */
	if (!smartcard_pin_possible(t, span_of(pin->text, pin->size))) {
		fprintf(stderr, "%s\n", either("暗証番号の長さが違います。カードには送っていません。",
		    "A PIN of that length cannot be right: the card was not asked."));
		return FAILED;
	}
	if (smartcard_login(t, span_of(pin->text, pin->size), &why) == OK)
		return DONE_WELL;
	if (why.code == ERR_DENIED)
		state_tell(smartcard_pin_state(t), true);
	else
		failed(&why);
	return FAILED;
}

enum ending
data_sign(const struct signing_options *o, struct arena *a, struct span data, struct signed_data *out)
{
	CK_FUNCTION_LIST *module = NULL;
	struct smartcard token = { 0 };
	struct pin pin = { 0 };
	enum ending ending = FAILED;
	enum jpki_purpose purpose = jpki_purpose_read(span_text(o->purpose ? o->purpose : ""));
	struct problem why;

	if (!purpose)
		return misuse(PROGRAM, "--purpose: expected signature or authentication");
	if (o->language && !words_are(o->language))
		return misuse(PROGRAM, "--lang: expected ja or en, found \"%s\"", o->language);
	if (module_open(o->module ? o->module : module_usual(), &module, &why) != OK ||
	    smartcard_find(module, purpose, o->label, &token, &why) != OK)
		ending = failed(&why);
	else if ((ending = pin_give(o, &token, purpose, &pin)) == DONE_WELL &&
	    (smartcard_certificate(&token, a, purpose, &out->certificate, &why) != OK ||
	    smartcard_sign(&token, a, &out->certificate, data, span_of(pin.text, pin.size), &out->signature,
	    &why) != OK))
		ending = failed(&why);
	pin_wipe(&pin);
	smartcard_close(&token);
	module_close(module);
	return ending;
}
