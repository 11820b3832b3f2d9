/* tools/card/main.c - a client for the My Number card: shows what is to be signed, asks for the PIN, signs, and posts
 * the proof. */
#include <stdio.h>
#include <unistd.h>

#include "card/command.h"

static const struct program_command commands[] = {
	{ "list", "what cards there are, their PINs and certificates", list_command },
	{ "sign", "sign a challenge", sign_command },
	{ "prove", "prove to a Watashi service who one is", prove_command },
	{ "answer", "sign for a page of Watashi that shows a code", answer_command },
};

enum ending
failed(const struct problem *why)
{
	fputs(PROGRAM ": ", stderr);
	words_print(stderr, why->text);
	fputc('\n', stderr);
	return FAILED;
}

const char *
module_usual(void)
{
	static const char *const places[] = {
		"/usr/lib/x86_64-linux-gnu/opensc-pkcs11.so", "/usr/lib/aarch64-linux-gnu/opensc-pkcs11.so",
		"/usr/lib64/opensc-pkcs11.so", "/usr/local/lib/opensc-pkcs11.so",
	};

	for (size_t i = 0; i < COUNT(places); i++)
		if (access(places[i], R_OK) == 0)
			return places[i];
	return "opensc-pkcs11.so";
}

int
main(int argc, char **argv)
{
	words_choose();
	return (int)program_run(PROGRAM, either("マイナンバーカードの電子証明書で署名し、本人であることを証明します。",
	    "Signs with the certificates of a My Number card."), commands, COUNT(commands), argc, argv);
}
