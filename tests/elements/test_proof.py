"""What proves an element, and what does not, as two careful readers would have it."""

from __future__ import annotations

import pytest

from modelstores.elements.tagger import tag
from tests.elements.samples import ABSENT, product, proof


@pytest.mark.parametrize(
    ("element", "text"),
    [
        ("demo", "You can try it out here: https://play.example/net"),
        ("demo", "Run the net in your browser."),
        ("demo", "Try it online at play.example.com"),
        ("deployment_instructions", "Make sure to have torch >= 2.1."),
        ("deployment_instructions", "It needs the package quilt."),
        ("deployment_instructions", "Inference requires 24 GB of GPU memory."),
        ("compatibility", "It operates locally on Android phones."),
        ("description", "We present a small net that finds moths in photographs."),
        ("description", "Problem type: Regression"),
        ("developer_license", "MIT License"),
        ("end_user_license", "Use of the net is governed by the house license."),
        ("language", "It translates Odia to English."),
        ("language", "The vocabulary is English-only."),
        ("ml_algorithms", "It is a moth-net for small pictures."),
        ("ml_algorithms", "A trained PPO agent that climbs hills."),
        ("ml_algorithms", "It votes with random forests."),
        ("origin", "Read our preprint before you ask."),
        ("origin", "Code: https://github.com/acme/moths"),
        ("performance", "It achieves 61.3 % mAP there."),
        ("performance", "Recall at one kilometre: 0.10970000177"),
        ("performance", "| net | top 1 | params | | --- | --- | --- | | A | 74.58 | 32 |"),
        ("pricing", "The net is free for research."),
        ("size", "The weights take about 800 MB."),
        ("size", "It has a 1.3 GB model size."),
        ("training_set", "It was pretrained for segmentation on a data set of moth wings."),
        ("user_instruction", "To switch it on, follow these steps:"),
        ("user_instruction", "```\n<|im_start|>system\n```"),
        ("training_set", "```\ndatasets:\n  - path: acme/moths\n```"),
        ("training_set", "```\n# trained on photographs of moths, the MothWing dataset\n```"),
        ("training_set", "A fine-tuned version of acme/moth on a small dataset of 205 wings."),
        ("training_set", "A net tuned on acme/moth-v0.1, using a curated instruction dataset."),
        ("training_set", "We fine tune a base net with a subset of the Moth image dataset."),
        ("training_set", "It uses the Wings of the World dataset"),
        ("user_instruction", "You should use a blue moth to trigger the style."),
        ("performance", "It reaches a 0.86 Pearson correlation."),
        ("origin", "```\nbase_model: acme/moth-7b\n```"),
        ("origin", "```\nmodels:\n  - model: acme/moth-7b\n```"),
    ],
)
def test_words_that_prove(element: str, text: str) -> None:
    assert proof(element, ("Notes", text))[0] == "present"


@pytest.mark.parametrize(
    ("element", "text"),
    [
        ("owner", "It was trained by distilling a larger net."),
        ("owner", "A way of training, developed by Doe et al. in 1999."),
        ("description", "Hello! Ours is a top lead model factory."),
        ("demo", "It can be compiled for browsers, with effort."),
        ("size", "It was read from a 130 GB corpus."),
        ("language", "Trained on English Wikipedia."),
        ("performance", "Its accuracy comes with 1.64 ms latency."),
        ("performance", "scores are in the range [0.0, 1.0]"),
        ("performance", "A molecule with a 0.62 similarity score."),
        ("pricing", "You are free to use the pictures."),
        ("training_set", "It was trained from scratch on an unknown dataset."),
        ("origin", "It builds on top of this and that."),
        ("training_set", "It can be fine-tuned on your data."),
        ("training_set", "It uses the wings of the moth dataset for testing."),
        ("origin", "```\n# based on acme/moth-7b\n```"),
        ("training_set", "```\n# trained on the data of moths\n```"),
        ("training_set", "```\ntest_datasets:\n  - path: acme/moths\n```"),
    ],
)
def test_words_that_do_not(element: str, text: str) -> None:
    assert proof(element, ("Notes", text)) == ABSENT


@pytest.mark.parametrize(
    ("element", "text"),
    [
        ("framework", "It works without PyTorch."),
        ("framework", "There's no need for Keras."),
        ("framework", "You don't need TensorFlow."),
        ("training_set", "It was not trained on the data of others."),
        ("demo", "An online demo is coming soon."),
        ("demo", "Online demo: not yet available"),
        ("demo", "Our live demo will be released soon."),
        ("pricing", "It is not available for free."),
        ("origin", "Our paper is to be announced."),
        ("permission", "The app does not require access to your camera."),
        ("compatibility", "It never runs on Windows."),
    ],
)
def test_what_the_words_around_deny_is_not_proven(element: str, text: str) -> None:
    assert proof(element, ("Notes", text)) == ABSENT


@pytest.mark.parametrize(
    ("element", "text"),
    [
        ("framework", "It works not only with PyTorch."),
        ("framework", "No net is faster. PyTorch runs it."),
        ("framework", "Without Keras, but with PyTorch."),
        ("deployment_instructions", "Do not forget to pip install it."),
        ("demo", "The paper is coming soon. Try our online demo."),
    ],
)
def test_what_is_denied_elsewhere_is_proven(element: str, text: str) -> None:
    assert proof(element, ("Notes", text))[0] == "present"


@pytest.mark.parametrize(
    "value",
    [
        "None required",
        "no special ones",
        "Not needed.",
        "[insert a list here]",
        "<your text>",
        "{{ permissions | default('') }}",
        "[optional]",
        "Coming soon in spring",
        "To be added.",
        "-",
    ],
)
def test_a_value_that_says_that_there_is_none_proves_nothing(value: str) -> None:
    assert proof("permission", ("Facts", f"Permissions: {value}")) == ABSENT
    assert proof("permission", ("Permissions", value)) == ABSENT
    assert proof("permission", stated={"permission": value}) == ABSENT


def test_no_cost_is_a_price() -> None:
    assert proof("pricing", ("Facts", "Price: no cost"))[0] == "present"
    assert proof("pricing", ("Facts", "Price: not yet known")) == ABSENT


@pytest.mark.parametrize(
    "words",
    [
        "See https://example.org/keras/resnet for more.",
        "See example.com/keras/resnet for more.",
        "See www.keras.example for more.",
        "Write to keras@resnet.example for more.",
        "See keras.md and resnet.png for more.",
    ],
)
def test_names_in_addresses_and_of_files_prove_nothing(words: str) -> None:
    assert proof("framework", ("Notes", words)) == ABSENT
    assert proof("ml_algorithms", ("Notes", words)) == ABSENT


def test_evidence_keeps_the_addresses_beside_it() -> None:
    words = "See https://example.org/x, it is made with Keras."
    assert proof("framework", ("Notes", words))[1] == words


def test_a_label_may_have_its_value_on_the_next_line() -> None:
    found = proof("developer_license", ("Facts", "License:\nMIT\nOther words"))
    assert found[1] == "License: MIT"
    assert proof("developer_license", ("Facts", "License:\nAuthors: MIT")) == ABSENT
    assert proof("developer_license", ("Facts", "License:\n```\nMIT\n```")) == ABSENT
    assert proof("developer_license", ("Facts", "License:\na | b | c\nMIT")) == ABSENT


@pytest.mark.parametrize(
    "below",
    [
        "Rights:",
        "Rights: house rules",
        "License: MIT",
        "Copyright: 2019",
        "BibTeX:",
        "APA: [More Information Needed]",
        "Authors: Jane Doe",
    ],
)
def test_what_is_labelled_as_something_else_is_no_proof_for_a_heading(below: str) -> None:
    assert proof("origin", ("Citation", below)) == ABSENT
    assert proof("permission", ("Citation", below)) == ABSENT
    assert proof("origin", ("Citation", f"{below}\nDoe (2020)"))[1] == "Doe (2020)"


@pytest.mark.parametrize(
    "table",
    [
        "Set | Pictures | Classes",
        "Set | Pictures | Classes\n | |",
        "Set | Pictures | Classes\nTrain | - | [More Information Needed]".replace(
            "[More", "TBD | ["
        ),
        "Name | TBD",
        "Name |",
    ],
)
def test_a_table_without_words_proves_nothing_for_its_heading(table: str) -> None:
    assert proof("training_set", ("Training data", table)) == ABSENT


def test_a_row_proves_what_its_heading_says() -> None:
    table = "Set | Pictures | Classes\nTrain | 60,000 | 10"
    assert proof("training_set", ("Training data", table))[1] == "Train | 60,000 | 10"


def test_a_heading_over_a_pointer_elsewhere_proves_no_training_set() -> None:
    pointer = "More details can be found in our paper: https://example.org/x"
    assert proof("training_set", ("Training data", pointer)) == ABSENT
    assert proof("training_set", ("Training data", f"{pointer}\nMoths."))[1] == "Moths."


@pytest.mark.parametrize(
    ("element", "heading", "text"),
    [
        ("description", "Limitations", "This model is not made for doctors, it is a toy."),
        ("description", "Disclaimer", "This model is provided as it is, without warranty."),
        ("description", "How to use it", "This model can be loaded with one line."),
        ("training_set", "Evaluation", "Dataset: Moths"),
        ("training_set", "Metrics", "Dataset | A | B\nTop | 0.5 | 0.6"),
        ("origin", "Training data", "Source: https://example.org/moths"),
        ("origin", "License", "It is based on acme/rules."),
        ("compatibility", "Hardware", "Platform: a cluster"),
        ("version_number", "Framework versions", "Version: 4.1"),
        ("performance", "Outputs", "Score: 0.5"),
    ],
)
def test_words_below_a_heading_of_something_else(element: str, heading: str, text: str) -> None:
    assert proof(element, (heading, text)) == ABSENT


def test_other_products_cards_prove_nothing() -> None:
    for heading in ("Similar models", "You may also like", "More from this developer"):
        section = (heading, "License: MIT\nThis model is a detector of cats, trained on the data.")
        assert tag(product(section)) == tag(product())
    assert proof("end_user_license", ("Similar licences", "License: MIT"))[0] == "present"


@pytest.mark.parametrize(
    "link",
    [
        "https://github.com/acme/moths/blob/main/LICENSE",
        "https://github.com/acme/moths/blob/main/MODEL_LICENSE.txt",
        "https://github.com/acme/moths/blob/main/CONTRIBUTING.md",
        "https://github.com/acme",
        "https://github.com/",
        "https://github.com/sponsors/acme",
        "https://arxiv.org",
    ],
)
def test_links_that_lead_to_no_origin(link: str) -> None:
    assert proof("origin", links=[link]) == ABSENT
    assert proof("end_user_license", links=[link]) == ABSENT


def test_links_that_lead_to_an_origin() -> None:
    for link in ("https://github.com/acme/moths", "https://github.com/acme/moths/tree/main/x"):
        assert proof("origin", links=[link])[3] == "link:github.com/*/*"


def test_a_leaderboard_is_no_demo() -> None:
    assert proof("demo", links=["https://huggingface.co/spaces/acme/moth_leaderboard"]) == ABSENT
    assert proof("demo", links=["https://huggingface.co/spaces/acme/moths"])[0] == "present"
    assert proof("demo", links=["https://huggingface.co/spaces/acme"]) == ABSENT


def test_a_script_is_no_demo_but_a_page_is() -> None:
    assert proof("demo", ("Demo", "Start demo.py with your pictures.")) == ABSENT
    assert proof("demo", ("Demo", "Run it in the browser."))[0] == "present"


def test_sections_of_versions_are_release_notes() -> None:
    sections = [("Changelog", ""), ("Version 2", "Smaller."), ("Version 1", "First release.")]
    assert proof("release_notes", *sections)[1] == "Smaller."
    assert proof("release_notes", *sections[:1]) == ABSENT


def test_parameters_are_no_size() -> None:
    assert proof("size", ("Model size", "A | 109M")) == ABSENT
    table = "Model | Download | Opset\nA | 13.5 MB | 7"
    assert proof("size", ("Model", table))[3] == "label:download"


@pytest.mark.parametrize(
    ("element", "heading"),
    [
        ("performance", "性能指标"),
        ("deployment_instructions", "环境配置"),
        ("training_set", "数据集说明"),
    ],
)
def test_headings_in_scripts_without_blanks_begin_as_their_synonyms(
    element: str, heading: str
) -> None:
    assert proof(element, (heading, "精度 | 0.71"))[0] == "present"
    assert proof(element, ("x" + heading, "精度 | 0.71")) == ABSENT


def test_a_heading_that_is_a_sentence_is_read_as_text() -> None:
    heading = "Moth is based on llama chat. Training"
    assert proof("origin", (heading, "It took a day."))[1] == heading
    assert proof("origin", (heading, "")) == ABSENT
    assert proof("origin", (heading, "It took a day."), name=heading.partition(".")[0]) == ABSENT
    assert proof("framework", ("Keras", "It took a day.")) == ABSENT
