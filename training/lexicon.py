"""How people name what the vocabulary calls by one word. The first entry of a list is the most usual."""

KINDS = {
    "phone case": ["phone case", "phone cover", "iphone case", "smartphone case", "mobile case", "case for my phone", "cell phone case", "phone shell"],
    "mug": ["mug", "coffee mug", "cup", "coffee cup", "tea mug"],
    "t-shirt": ["t-shirt", "tee", "tshirt", "t shirt", "tee shirt", "shirt"],
    "backpack": ["backpack", "rucksack", "school bag", "knapsack", "daypack"],
    "sneaker": ["sneaker", "sneakers", "trainers", "shoes", "running shoes", "kicks", "pair of sneakers", "shoe"],
    "cushion": ["cushion", "pillow", "throw pillow", "sofa cushion", "cushion cover"],
    "lamp": ["lamp", "table lamp", "desk lamp", "bedside lamp", "lampshade"],
    "armchair": ["armchair", "chair", "couch chair", "easy chair", "accent chair"],
    "watch": ["watch", "wristwatch", "wrist watch", "watch strap", "timepiece"],
    "bottle": ["bottle", "water bottle", "drinking bottle", "flask", "thermos"],
    "umbrella": ["umbrella", "parasol", "brolly", "rain umbrella"],
    "notebook": ["notebook", "journal", "diary", "notepad", "exercise book"],
    "headphones": ["headphones", "headset", "over-ear headphones", "earphones", "cans"],
    "sunglasses": ["sunglasses", "shades", "sunnies", "pair of sunglasses", "sun glasses"],
    "cap": ["cap", "baseball cap", "hat", "snapback"],
    "dress": ["dress", "summer dress", "gown", "frock", "sundress"],
    "rug": ["rug", "carpet", "floor rug", "mat", "area rug"],
    "plate": ["plate", "dinner plate", "dish", "serving plate"],
    "guitar": ["guitar", "acoustic guitar", "electric guitar"],
    "teapot": ["teapot", "tea pot", "tea kettle", "kettle"],
    "vase": ["vase", "flower vase", "ceramic vase"],
    "suitcase": ["suitcase", "luggage", "trolley case", "carry-on", "travel case"],
    "handbag": ["handbag", "bag", "purse", "tote bag", "tote", "shoulder bag"],
    "skateboard": ["skateboard", "skate deck", "board", "skate board"],
}

# print -> (words before the noun, words after "with")
PRINTS = {
    "plain": (["plain", "solid", "solid color", "single color", "unpatterned"], ["no pattern", "a plain color", "one solid color", "no print"]),
    "leopard": (["leopard", "leopard print", "leopard-print", "leopard spotted", "cheetah print", "leopard pattern"], ["leopard print", "leopard spots", "a leopard pattern", "leopard", "cheetah spots"]),
    "zebra": (["zebra", "zebra print", "zebra-print", "zebra striped"], ["zebra stripes", "zebra print", "a zebra pattern", "zebra"]),
    "tiger": (["tiger", "tiger print", "tiger-print", "tiger striped"], ["tiger stripes", "tiger print", "a tiger pattern", "tiger"]),
    "cow": (["cow", "cow print", "cow-print", "cowhide", "cow spotted"], ["cow spots", "cow print", "a cow pattern", "cow patches"]),
    "giraffe": (["giraffe", "giraffe print", "giraffe-print"], ["giraffe print", "giraffe spots", "a giraffe pattern", "giraffe"]),
    "floral": (["floral", "flower", "flowery", "floral print", "flowered", "rose print", "daisy", "botanical"], ["flowers", "a floral print", "a floral pattern", "blossoms", "flower print", "roses", "daisies", "tulips"]),
    "striped": (["striped", "stripes", "stripy", "pinstriped", "stripe"], ["stripes", "a striped pattern", "pinstripes", "lines"]),
    "polka dot": (["polka dot", "dotted", "polka-dot", "spotty", "polka dotted"], ["polka dots", "dots", "a polka dot pattern", "spots"]),
    "plaid": (["plaid", "tartan", "checked", "lumberjack", "gingham"], ["plaid", "tartan", "gingham", "a plaid pattern", "a tartan pattern"]),
    "camouflage": (["camouflage", "camo", "camo print", "army print", "military", "camouflage print"], ["camouflage", "camo", "a camo pattern", "army print"]),
    "marble": (["marble", "marbled", "marble effect", "marble print"], ["marble", "a marble pattern", "marble veins", "a marble look"]),
    "galaxy": (["galaxy", "space", "galaxy print", "starry", "cosmic", "nebula"], ["a galaxy print", "stars", "a night sky", "a galaxy", "outer space"]),
    "tropical leaves": (["tropical leaves", "tropical", "tropical leaf", "leaf", "palm leaf", "jungle", "leafy", "monstera", "jungle leaf"], ["tropical leaves", "palm leaves", "leaves", "a jungle print"]),
    "chevron": (["chevron", "zigzag", "zig zag", "zig-zag", "herringbone"], ["chevrons", "zigzags", "a zigzag pattern", "a chevron pattern"]),
    "checkered": (["checkered", "checkerboard", "chequered", "chess board"], ["a checkerboard pattern", "checks", "squares", "checkers"]),
}

COLORS = {
    "red": ["red", "scarlet", "crimson"],
    "orange": ["orange", "tangerine"],
    "yellow": ["yellow", "lemon", "mustard"],
    "green": ["green", "emerald"],
    "teal": ["teal", "turquoise", "petrol"],
    "blue": ["blue", "royal blue", "navy", "dark blue"],
    "purple": ["purple", "violet"],
    "pink": ["pink", "rose", "hot pink"],
    "brown": ["brown", "chocolate", "dark brown"],
    "beige": ["beige", "cream", "sand", "tan"],
    "black": ["black", "jet black"],
    "white": ["white", "ivory", "snow white"],
    "gray": ["gray", "grey", "silver"],
    "natural": ["natural", "natural color", "original colors", "classic"],
}


def check(kinds: list[str], prints: list[str], colors: list[str]) -> None:
    """@raises ValueError naming the labels that the drawn vocabulary has and the lexicon lacks: untaught words would be silent holes."""
    missing = [*(set(kinds) - KINDS.keys()), *(set(prints) - PRINTS.keys()), *(set(colors) - COLORS.keys())]
    if missing:
        raise ValueError(f"training/lexicon.py has no words for {sorted(missing)}.")
