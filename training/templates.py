"""Sentences of queries and titles: {k} a kind, {a} the same with its article, {p} a print, {n} what comes after "with", {ps} a print named as one, {c} a color."""

KEEP = [
    "{k} with this", "{a} with this", "{k} with this", "{k} with this pattern", "{k} with this print", "{a} in this pattern", "{a} in this print", "{k} like this",
    "this print on {a}", "this pattern on {a}", "this on {a}", "same pattern but {a}", "same print but {a}", "same pattern, {k}", "something like this as {a}",
    "{a} that looks like this", "{k} in this style", "this as {a}", "{k} with the same pattern", "{k} with the same print", "{k} with that", "matching {k}",
    "{a} to match this", "put this on {a}", "{a} with this on it", "turn this into {a}", "{k} in the same print", "{k} that matches this", "the {k} version of this",
    "this, but as {a}", "is there {a} like this", "do you have this as {a}", "{a} with this texture", "{k} with a print like this", "{k} looking like this", "{k} this pattern",
    "i want this on {a}", "same but {a}", "same design on {a}", "{k} same design", "{k} in this design", "make it {a}", "{a} instead",
    "what about {a} that has this on it", "{k} that goes with this", "the pattern of this, on {a}", "anything like this among your {k}", "{k} wearing this pattern", "this, {k}", "{k} inspired by this",
    "{a} covered in this", "{k} in exactly this pattern", "my photo as {a}", "print this on {a}", "{a} which looks like the picture", "{k} like in the photo", "the photo's pattern on {a}", "could i get this on {a}",
    "use this pattern for {a}", "{k} with a look like this one", "saw this, want {a} like it", "{k} of this kind of pattern", "is this available on {a}", "show {k} in this look", "take this print and give me {a}",
]
KEEP_COLOR = ["{c} {k} with this pattern", "{c} {k} with this print", "{k} with this in {c}", "this pattern on a {c} {k}", "{k} like this but {c}", "{k} in this print, {c}", "{c} {k} like this"]
RECOLOR = [
    "same in {c}", "same but {c}", "this in {c}", "the {c} version", "in {c}", "{c} version", "this but {c}", "{c} one", "do you have this in {c}", "the same thing in {c}", "i want it in {c}",
    "{c} instead", "but in {c}", "the {c} one", "like this but {c}", "is there a {c} version", "same {k} in {c}", "this {k} in {c}", "{c} please", "change the color to {c}", "make it {c}", "a {c} one like this",
    "could it be {c}", "any {c} ones", "same design, {c}", "{c} instead of this color", "i prefer {c}", "this one, only {c}", "have it in {c}", "exactly this in {c}", "what does it look like in {c}", "this color but {c}", "{c} color please",
    "does it come in {c}", "rather {c}", "not this color, {c}", "same model in {c}", "{c} variant", "identical but {c}", "the same one in {c} color",
]
REPRINT = [
    "this but with {n}", "same but with {n}", "with {n} instead", "{p} instead", "this with {n}", "but {p}", "the {p} version", "same {k} with {n}", "this {k} with {n}", "same {k} but {p}", "like this but {p}",
    "like this but with {n}", "{p} version of this", "a {p} one", "make it {p}", "with {n}", "do you have it with {n}", "same thing with {n}", "this in {p}", "{p} {k} like this", "same shape with {n}", "swap the pattern for {n}",
]
PRINT_KIND = ["{p} {k}", "{k} with {n}", "{p} {k}", "a {p} {k}", "{k} in {p}", "{k}, {p}", "{p} pattern {k}", "{k} {p}", "{ps} {k}"]
COLOR_PRINT_KIND = ["{c} {p} {k}", "{p} {k} in {c}", "{c} {k} with {n}", "{k} with {c} {n}", "a {c} {p} {k}", "{k} in {c} {p}", "{p} {c} {k}", "{k} {p} {c}"]
COLOR_KIND = ["{c} {k}", "{k} in {c}", "a {c} {k}", "{c} colored {k}", "{k} {c}"]
KIND = ["{k}", "{a}", "some {k}", "{k} for sale", "any {k}"]
PRINT = ["{n}", "{p}", "something {p}", "anything with {n}", "{p} things", "stuff with {n}"]
TITLE_ENDS = ["", "", "", ", new", " - sale", " (classic)", ", one size", " by Nomi", " No. 4", ", gift idea"]

OPENERS = [
    "i'm looking for ", "i am looking for ", "looking for ", "show me ", "find me ", "i want ", "i need ", "please find ", "can you find ", "search ", "do you sell ", "have you got ",
    "we would like ", "where can i get ", "give me ", "hi, i need ", "hello! do you have ", "ok so ", "need ", "want ",
]
CLOSERS = [
    " please", " pls", " thanks", " thx", " asap", "?", "!", " for my sister", " for a friend", " for my birthday", " as a gift", " for work", " for the office", " for summer", " for school", " thank you",
    " cheap", " not too expensive", " if possible", " for my wife", " for my son", " this week", " if you have one", "...", " :)", " under 50",
]
LONG_OPENERS = [
    "hello there, i was wondering whether you could help me find ", "good morning, my name is anna and i have been searching everywhere for ", "hi, i saw one at the airport last week and since then i really want ",
    "dear shop, my daughter turns ten on saturday and what she wishes for most is ", "sorry to bother you, but could you perhaps tell me if there is somewhere in your shop ",
    "i took this photo on our holiday and now i would love to have ", "we are redecorating the living room and my husband thinks we need ", "not sure how to describe it properly, basically i am after ",
]
LONG_CLOSERS = [
    ", it should arrive before the end of the month if that is possible, thank you very much", " because the old one broke yesterday and i can not live without it", ", my budget is around forty dollars but i could spend a little more",
    ", ideally something that my grandmother would like as well, many thanks in advance", ", i hope that makes sense, have a great day", " and if you have several of them please show me all of them",
]
