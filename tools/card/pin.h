/* tools/card/pin.h - asking a person for the PIN: at the terminal without echo, or from a descriptor for programs. */
#pragma once

#include "card/smartcard.h"

#define PIN_ROOM 64
struct pin {
	char text[PIN_ROOM];
	size_t size;
};

/* `fd` -1: at the terminal. ERR_UNAVAILABLE: there is none. Wipe it afterwards. */
enum err pin_ask(struct pin *, enum jpki_purpose, const char *token, int fd, struct problem *why);
void pin_wipe(struct pin *);
