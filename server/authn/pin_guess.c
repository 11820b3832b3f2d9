/* authn/pin_guess.c - which PINs are guessed first. */
#include "authn/pin_guess.h"

#include <stdbool.h>
#include <string.h>

#include "base/span.h"
#include "codec/text.h"

#define PERIOD 4                     /* characters of what is repeated: "1234" "1234" */
#define PIECE 4                      /* characters of a walk or a row of one character, that are seen in a PIN */
#define PIECES 2                     /* so many and little else is guessed; of three there are too many to try */
#define AROUND 4                     /* characters beside them: a year, "1!", "2026" */

/* Each its neighbours in one direction or the other. */
static const char *const walks[] = {
	"abcdefghijklmnopqrstuvwxyz", "12345678901234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm",
	"1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p", "qawsedrftgyhujikolp", "!\"#$%&'()", "!@#$%^&*()",
	"あいうえおかきくけこさしすせそたちつてと", "いろはにほへと",
};

/* What people take for a password before anything else, what they like, and what this is called. */
static const char *const words[] = {
	"password", "passwort", "passwd", "passcode", "pass", "secret", "login", "welcome", "hello", "admin", "master",
	"guest", "user", "test", "letmein", "opensesame", "changeme", "default", "iloveyou", "loveyou", "love",
	"lovely", "happy", "lucky", "angel", "princess", "queen", "king", "flower", "sunshine", "summer", "winter",
	"spring", "autumn", "monday", "friday", "monkey", "dragon", "tiger", "eagle", "kitty", "puppy", "soccer",
	"football",
	"baseball", "tennis", "music", "piano", "guitar", "superman", "batman", "computer", "internet", "samsung",
	"iphone", "google", "apple", "watashi", "mynumber", "tokyo", "osaka", "kyoto", "japan", "nippon", "nihon",
	"sakura", "himitsu", "aishiteru", "daisuki", "arigatou", "konnichiwa", "ohayou", "pikachu", "pokemon",
	"doraemon", "anpanman", "totoro", "kirakira", "nekoneko", "wanwan", "himawari", "fujisan", "yamada", "tanaka",
	"suzuki", "satou", "takahashi", "hanako", "tarou", "パスワード", "ぱすわーど", "ひみつ", "秘密", "暗証番号", "あいことば", "合言葉",
	"わたし", "マイナンバー", "あいしてる", "ありがとう", "こんにちは", "おはよう", "だいすき", "さくら", "にほん", "日本",
};

/* What a figure or a sign stands for among letters: p4$$w0rd. */
static const struct { char written, meant; } disguises[] = {
	{ '0', 'o' }, { '1', 'l' }, { '!', 'i' }, { '3', 'e' }, { '4', 'a' }, { '@', 'a' }, { '5', 's' }, { '$', 's' },
	{ '7', 't' },
};

static bool
repeats(const uint32_t *c, size_t count, size_t period)
{
	for (size_t i = period; i < count; i++)
		if (c[i] != c[i - period])
			return false;
	return true;
}

/* 12345678, 87654321, abcdefgh: each the neighbour of the one before, in one direction; 9 and 0 are neighbours, too. */
static bool
is_run(const uint32_t *c, size_t count)
{
	bool up = true, down = true;

	for (size_t i = 1; i < count; i++) {
		up = up && (c[i] == c[i - 1] + 1 || (c[i - 1] == '9' && c[i] == '0'));
		down = down && (c[i] + 1 == c[i - 1] || (c[i - 1] == '0' && c[i] == '9'));
	}
	return up || down;
}

static uint32_t
lower(uint32_t c)
{
	return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c;
}

/* Without case, and without what stands between its groups. */
static bool
is_number(const uint32_t *c, size_t count, const char *number)
{
	size_t at = 0;

	for (size_t i = 0; i < count; i++) {
		uint32_t letter = c[i] >= 'a' && c[i] <= 'z' ? c[i] - ('a' - 'A') : c[i];

		if (letter == '-' || letter == ' ')
			continue;
		if (number[at] == '-')
			at++;
		if (!number[at] || letter != (uint8_t)number[at])
			return false;
		at++;
	}
	return number[0] && !number[at];
}

static unsigned
value_of(const char *digits, size_t count)
{
	unsigned value = 0;

	for (size_t i = 0; i < count; i++)
		value = 10 * value + (unsigned)(digits[i] - '0');
	return value;
}

static bool
is_day(unsigned year, unsigned month, unsigned day)
{
	return year >= 1900 && year < 2100 && month >= 1 && month <= 12 && day >= 1 && day <= 31;
}

static bool
is_between(uint32_t c)
{
	static const uint32_t separators[] = { '-', '/', '.', ' ', 0x5e74, 0x6708, 0x65e5 }; /* 年月日 */

	for (size_t i = 0; i < COUNT(separators); i++)
		if (c == separators[i])
			return true;
	return false;
}

/* Whoever knows a person knows the birthday, and of all days of two centuries there are few: 19850402, 1985-04-02,
 * 02.04.1985, 04/02/1985. */
static bool
is_date(const uint32_t *c, size_t count)
{
	char digits[8];
	size_t have = 0;

	for (size_t i = 0; i < count; i++) {
		if (is_between(c[i]))
			continue;
		if (c[i] < '0' || c[i] > '9' || have == sizeof(digits))
			return false;
		digits[have++] = (char)c[i];
	}
	return have == sizeof(digits) &&
	    (is_day(value_of(digits, 4), value_of(digits + 4, 2), value_of(digits + 6, 2)) ||
	    is_day(value_of(digits + 4, 4), value_of(digits + 2, 2), value_of(digits, 2)) ||
	    is_day(value_of(digits + 4, 4), value_of(digits, 2), value_of(digits + 2, 2)));
}

/* Words with little around them */

static bool
is_meant(uint32_t written, uint32_t letter)
{
	if (lower(written) == letter)
		return true;
	for (size_t i = 0; i < COUNT(disguises); i++)
		if (written == (uint8_t)disguises[i].written && letter == (uint8_t)disguises[i].meant)
			return true;
	return false;
}

/* How many characters at the beginning are this word; 0: it is not there. */
static size_t
word_at(const uint32_t *c, size_t count, const char *word)
{
	struct span rest = span_text(word);
	size_t length = 0;

	for (; rest.size; length++)
		if (length == count || !is_meant(c[length], utf8_cut(&rest)))
			return 0;
	return length;
}

/* How far the beginning goes along a walk from where it enters it. */
static size_t
walk_at(const uint32_t *c, size_t count, const char *walk)
{
	uint32_t keys[64];
	struct span rest = span_text(walk);
	size_t size = 0, longest = 0;

	while (rest.size && size < COUNT(keys))
		keys[size++] = utf8_cut(&rest);
	for (size_t from = 0; from < size; from++) {
		size_t up = 0, down = 0;

		while (up < count && from + up < size && lower(c[up]) == keys[from + up])
			up++;
		while (down < count && down <= from && lower(c[down]) == keys[from - down])
			down++;
		longest = up > longest ? up : longest;
		longest = down > longest ? down : longest;
	}
	return longest >= PIECE ? longest : 0;
}

static size_t
row_at(const uint32_t *c, size_t count)
{
	size_t length = 1;

	while (length < count && c[length] == c[0])
		length++;
	return length >= PIECE ? length : 0;
}

/* The longest that is common at the beginning; 0: nothing is. */
static size_t
piece_at(const uint32_t *c, size_t count)
{
	size_t longest = row_at(c, count), length;

	for (size_t i = 0; i < COUNT(words); i++)
		if ((length = word_at(c, count, words[i])) > longest)
			longest = length;
	for (size_t i = 0; i < COUNT(walks); i++)
		if ((length = walk_at(c, count, walks[i])) > longest)
			longest = length;
	return longest;
}

static bool
is_common(const uint32_t *c, size_t count)
{
	size_t pieces = 0, around = 0, length;

	for (size_t at = 0; at < count; at += length ? length : 1) {
		length = piece_at(c + at, count - at);
		pieces += length > 0;
		around += length == 0;
	}
	return pieces > 0 && pieces <= PIECES && around <= AROUND && 2 * around < count;
}

const char *
pin_guessed_first(const uint32_t *c, size_t count, const char *account_number)
{
	for (size_t period = 1; period <= PERIOD; period++)
		if (repeats(c, count, period))
			return "the same characters again and again";
	if (is_run(c, count))
		return "a run of neighbours";
	if (is_number(c, count, account_number))
		return "the number of the account itself";
	if (is_date(c, count))
		return "a date";
	if (is_common(c, count))
		return "a common word, or a walk over the keyboard, with little around it";
	return NULL;
}
