/* tools/card/pin.c - asking a person for the PIN. */
#include "card/pin.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "card/words.h"

void
pin_wipe(struct pin *pin)
{
	OPENSSL_cleanse(pin, sizeof(*pin));
}

/* Up to the line's end; byte by byte, for what follows is somebody else's. */
static enum err
line_take(struct pin *pin, int fd, struct problem *why)
{
	for (pin->size = 0; pin->size < sizeof(pin->text) - 1; pin->size++) {
		ssize_t n = read(fd, &pin->text[pin->size], 1);

		if (n < 0 && errno == EINTR) {
			pin->size--;
			continue;
		}
		if (n < 0)
			return problem_errno(why, errno, "the PIN cannot be read");
		if (n == 0 || pin->text[pin->size] == '\n') {
			pin->text[pin->size] = '\0';
			return OK;
		}
	}
	return problem_set(why, ERR_LIMIT, "", "the PIN is longer than any card's");
}

/* Who goes away while the PIN is asked for gets a terminal back that shows what is typed. */
static struct {
	int fd;
	struct termios before;
} terminal;

static void
on_interrupted(int signal_number)
{
	tcsetattr(terminal.fd, TCSANOW, &terminal.before);
	signal(signal_number, SIG_DFL);
	raise(signal_number);
}

static enum err
terminal_ask(struct pin *pin, enum jpki_purpose purpose, const char *token, struct problem *why)
{
	int fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
	struct termios silent;
	enum err err;

	if (fd < 0 || tcgetattr(fd, &terminal.before) != 0) {
		if (fd >= 0)
			close(fd);
		return problem_set(why, ERR_UNAVAILABLE, "",
		    "there is no terminal to ask for the PIN at; expected --pin-fd N");
	}
	silent = terminal.before;
	terminal.fd = fd;
	signal(SIGINT, on_interrupted);
	signal(SIGTERM, on_interrupted);
	silent.c_lflag &= ~(tcflag_t)ECHO;
	dprintf(fd, "%s [%s]: ", purpose == JPKI_SIGNATURE ?
	    either("署名用電子証明書の暗証番号（英数字6〜16文字）", "PIN of the signature certificate (6 to 16 letters and digits)") :
	    either("利用者証明用電子証明書の暗証番号（数字4桁）", "PIN of the authentication certificate (4 digits)"), token);
	tcsetattr(fd, TCSAFLUSH, &silent);
	err = line_take(pin, fd, why);
	tcsetattr(fd, TCSAFLUSH, &terminal.before);
	signal(SIGINT, SIG_DFL);
	signal(SIGTERM, SIG_DFL);
	dprintf(fd, "\n");
	close(fd);
	return err;
}

enum err
pin_ask(struct pin *pin, enum jpki_purpose purpose, const char *token, int fd, struct problem *why)
{
	enum err err;

	*pin = (struct pin){ 0 };
	err = fd >= 0 ? line_take(pin, fd, why) : terminal_ask(pin, purpose, token, why);
	/* The card knows capital letters only. */
	if (err == OK && purpose == JPKI_SIGNATURE && strncmp(token, "JPKI", 4) == 0)
		for (size_t i = 0; i < pin->size; i++)
			if (pin->text[i] >= 'a' && pin->text[i] <= 'z')
				pin->text[i] = (char)(pin->text[i] - 'a' + 'A');
	return err;
}
