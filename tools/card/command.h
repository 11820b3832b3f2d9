/* tools/card/command.h - the commands of the card's client. */
#pragma once

#include "card/pin.h"
#include "card/smartcard.h"
#include "card/words.h"
#include "common/options.h"

#define PROGRAM "watashi-card"

command_function list_command, sign_command, prove_command, answer_command;

/* What every command that signs is given. */
struct signing_options {
	const char *module, *label, *purpose, *pin_fd, *language;
};
#define SIGNING_OPTIONS(o) \
	{ "purpose", "WORD", "signature or authentication", &(o).purpose, NULL, NULL }, CARD_OPTIONS(o)
/* Where somebody else says for what. */
#define CARD_OPTIONS(o) \
	{ "module", "FILE", "the PKCS#11 module (OpenSC's)", &(o).module, NULL, NULL }, \
	{ "token-label", "LABEL", "which token, when there are several", &(o).label, NULL, NULL }, \
	{ "pin-fd", "N", "read the PIN from this descriptor, not at the terminal", &(o).pin_fd, NULL, NULL }, \
	{ "lang", "WORD", "ja or en", &(o).language, NULL, NULL }

/* OpenSC's, where this machine has it. */
const char *module_usual(void);

/* "watashi-card: …" on standard error; FAILED. */
enum ending failed(const struct problem *);

struct signed_data {
	struct smartcard_certificate certificate;
	struct smartcard_signature signature;
};
/* Finds the token, asks for the PIN, signs: what the person sees in between goes to standard error. */
enum ending data_sign(const struct signing_options *, struct arena *, struct span data, struct signed_data *out);

/* Shows text that is to be signed. False: it is no text, or has characters nobody sees. */
bool text_show(struct span);
