#pragma once

#include <string>

#include "seeding/dice.h"

/// Made-up chat text in several languages and scripts, some of them written from right to left;
/// from one word to many kilobytes, mostly short.
namespace llmctl::seeding {

struct Language;
/// Mostly those that customers of a European company write.
const Language& pick_language(Dice& dice);

/// What a system message says.
std::string make_instruction(const Language& language);
/// What somebody asks: now and then with code or a pasted log.
std::string make_question(Dice& dice, const Language& language);
/// What an assistant answers: sentences, lists, code, now and then pages.
std::string make_answer(Dice& dice, const Language& language);

}  // namespace llmctl::seeding
