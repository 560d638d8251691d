"""The traps on the way to a key: one test each, none with words of a real page."""

from __future__ import annotations

from typing import Any

import pytest

from modelstores.items import Product
from modelstores.similarity import describe, similarity


def product(name: str, text: str = "", **more: Any) -> Product:
    if text:
        more.setdefault("sections", [{"heading": "", "text": text}])
    return Product("store", "1", "https://store.example/1", "model", "page", name, **more)


def algorithm(name: str, text: str = "", **more: Any) -> str:
    found = similarity(product(name, text, **more))
    return "-".join(filter(None, [found["algorithm"], found["variant"]]))


# --- algorithms ---


def test_the_number_of_a_version_is_no_variant() -> None:
    assert algorithm("resnet50_v1_5") == algorithm("ResNet-50") == "resnet-50"
    assert algorithm("ResNet-50 v2") == "resnet-50-v2"
    assert algorithm("resnet50.IMAGENET1K_V2") == "resnet-50"


def test_one_network_has_several_schemes_of_names() -> None:
    assert algorithm("regnety_320") == algorithm("RegNet_Y_32GF") == "regnet-y-32gf"
    assert algorithm("wide_resnet50_2") == algorithm("WRN-50-2")


def test_sizes_are_spelled_out_and_crops_are_no_variant() -> None:
    assert algorithm("vit_s_16") == algorithm("ViT small patch16 384") == "vit-small-p16"
    assert algorithm("swin_b_patch4_window12_384") == algorithm("Swin-Base") == "swin-base"
    assert algorithm("Tiny YOLOv3") == algorithm("yolov3-tiny") == "yolo-v3-tiny"


def test_a_size_that_looks_like_a_language_is_a_size() -> None:
    assert algorithm("efficientnet_es") == "efficientnet-edge-small"
    assert algorithm("bert_es_L-12_H-768_A-12") == "bert-base"


def test_what_a_store_declares_may_be_coarser_than_name_or_page() -> None:
    coarse = {"ml_algorithms": "transformer"}
    assert algorithm("bert-base-uncased", stated=coarse) == "bert-base"
    assert algorithm("Pupil", "A BERT large for everybody.", stated=coarse) == "bert-large"
    assert algorithm("ResNet-152x2", stated={"ml_algorithms": "BiT"}) == "bit-152-x2"


def test_a_detector_is_told_by_backbone_and_neck() -> None:
    names = ["Faster R-CNN ResNet-50 FPN", "fasterrcnn_resnet50_fpn", "faster_rcnn_R_50_FPN_3x"]
    assert {algorithm(name) for name in names} == {"faster-rcnn-resnet-50-fpn"}
    assert algorithm("faster_rcnn_r_50") == "faster-rcnn-resnet-50"
    assert algorithm("ssd_mobilenet_v2_fpnlite") == "ssd-mobilenet-v2-fpnlite"
    assert algorithm("fcn_resnet50") == "fcn-resnet-50"
    # all RetinaNets have it
    assert (
        algorithm("retinanet_resnet50_fpn") == algorithm("RetinaNet R50") == "retinanet-resnet-50"
    )


def test_the_backbone_may_stand_in_another_place() -> None:
    found = product("Mask R-CNN", stated={"ml_algorithms": "ResNet-50-FPN"})
    assert algorithm(found.name, stated=found.stated) == "mask-rcnn-resnet-50-fpn"
    assert similarity(found)["evidence"]["algorithm"] == {
        "words": "Mask R-CNN, ResNet-50-FPN",
        "where": "name, stated:ml_algorithms",
    }
    assert algorithm("RetinaNet", "A RetinaNet on ResNet-101.") == "retinanet-resnet-101"
    two = "A RetinaNet on ResNet-50 or ResNet-101."
    assert algorithm("RetinaNet", two) == "retinanet"


def test_a_part_of_a_network_is_another_network() -> None:
    assert algorithm("t5-small-decoder") == "t5-small-decoder"
    assert algorithm("T5 small encoder-decoder") == algorithm("t5-small") == "t5-small"
    assert algorithm("electra-small-discriminator") == "electra-small"


def test_a_way_of_training_is_part_of_its_network() -> None:
    assert algorithm("SimCLR", stated={"ml_algorithms": "ResNet-50"}) == "resnet-50+simclr"


# --- training data ---


def test_roles_are_kept() -> None:
    text = "Pre-trained on ImageNet-21k and then fine-tuned on ImageNet-1k."
    shown = similarity(product("ViT-B/16", text))["evidence"]["datasets"]
    assert shown["roles"] == {"imagenet-21k": "pre-training", "imagenet-1k": "fine-tuning"}
    once = similarity(product("ViT-B/16", "Trained on ImageNet-1k."))["evidence"]["datasets"]
    assert "roles" not in once


def test_an_earlier_round_of_training_belongs_to_the_stated_one() -> None:
    stated = {"training_set": "ImageNet-1k"}
    both = ["imagenet-1k", "imagenet-21k"]
    for text in (
        "It was trained to tell flowers apart on ImageNet-21k. It was fine-tuned on ImageNet-1k.",
        "It was fine-tuned on ImageNet-1k from what was pre-trained on ImageNet-21k.",
    ):
        assert similarity(product("ViT-B/16", text, stated=stated))["datasets"] == both, text


@pytest.mark.parametrize(
    "text",
    [
        "Two models were pre-trained on ImageNet-21k and fine-tuned on ImageNet-1k.",
        "Others were pre-trained on ImageNet-21k.\n\nThis one was fine-tuned on ImageNet-1k.",
        "Pre-trained on ImageNet-21k. It can be fine-tuned on CIFAR-10.",
    ],
)
def test_what_another_model_was_trained_on_is_not_added(text: str) -> None:
    found = similarity(product("ViT-B/16", text, stated={"training_set": "ImageNet-1k"}))
    assert found["datasets"] == ["imagenet-1k"]


def test_what_a_model_was_tried_on_later_is_not_training_data() -> None:
    text = "BERT was pre-trained on Wikipedia.\n\nFine-tuned on SQuAD it answers well."
    assert similarity(product("BERT base", text))["datasets"] == ["wikipedia"]


@pytest.mark.parametrize(
    ("name", "stated", "text"),
    [
        ("owner/resnet50/in21k/birds/1", "", 'Fine-tuned on the ImageNet "birds" subtree.'),
        ("ResNet-50", "imagenet-21k", "Trained on the subset 'birds' of ImageNet."),
        ("ResNet-50", "", "Trained on ImageNet-21k (the \u201cbirds\u201d subset)."),
    ],
)
def test_a_part_of_a_data_set_is_other_data(name: str, stated: str, text: str) -> None:
    page = product(name, text, stated={"training_set": stated} if stated else {})
    assert similarity(page)["datasets"] == ["imagenet-21k:birds"]


def test_a_handle_may_number_the_part() -> None:
    stated = {"training_set": "cracks2020"}
    assert similarity(product("owner/unet/class_3/1", stated=stated))["datasets"] == [
        "x:cracks-2020:class-3"
    ]
    assert similarity(product("U-Net for class 3", stated=stated))["datasets"] == ["x:cracks-2020"]


@pytest.mark.parametrize("part", ["train", "Validation", "full"])
def test_the_split_that_every_data_set_has_is_no_part(part: str) -> None:
    text = f'Trained on the "{part}" subset of ImageNet.'
    assert similarity(product("ResNet-50", text))["datasets"] == ["imagenet-1k"]


def test_a_pair_of_languages_is_not_another_pair() -> None:
    stated = {"training_set": "opus"}
    found = [
        similarity(product(f"owner/marian-mt-{pair}", stated=stated))["datasets"]
        for pair in ("en-fr", "en-de", "fr-en")
    ]
    assert found == [["opus-en-fr"], ["opus-en-de"], ["opus-fr-en"]]


def test_the_language_may_stand_in_a_field() -> None:
    stated = {"training_set": "wikipedia", "language": "de"}
    assert similarity(product("owner/bert-base", stated=stated))["datasets"] == ["wikipedia-de"]
    for stated["language"], corpus in (
        ("English", "wikipedia"),
        ("dv", "wikipedia-dv"),
        ("fr, de", "wikipedia-de-fr"),
        ("de, en, fr", "wikipedia-multi"),
    ):
        assert similarity(product("owner/bert-base", stated=stated))["datasets"] == [corpus]


def test_letters_of_another_name_are_no_language() -> None:
    stated = {"training_set": "mc4"}
    assert similarity(product("owner/hr-net", stated=stated))["datasets"] == ["mc4"]
    assert similarity(product("owner/mt5-hr", stated=stated))["datasets"] == ["mc4-hr"]


def test_labels_of_another_data_set_are_not_its_data() -> None:
    assert similarity(product("fcn_resnet50.COCO_WITH_CIFAR10_LABELS"))["datasets"] == ["coco"]


def test_a_collection_does_not_count_beside_its_part() -> None:
    stated = {"training_set": "glue"}
    assert similarity(product("owner/bert-tuned-cola", stated=stated))["datasets"] == ["cola"]
    assert similarity(product("owner/bert-tuned", stated=stated))["datasets"] == ["glue"]


def test_a_name_without_its_data_is_completed_by_the_page() -> None:
    page = product(
        "Squeezed Pupil",
        summary="Tells what a photo shows",
        sections=[
            {"heading": "Model", "text": "It is a SqueezeNet 1.1."},
            {"heading": "Training Set Information", "text": "ImageNet, all of its classes."},
        ],
    )
    assert similarity(page)["key"] == "squeezenet-1.1|imagenet-1k|image-classification"


# --- objective and input ---


@pytest.mark.parametrize(
    "text",
    [
        "A network for tasks like image classification and object detection.",
        "A network that is good at image classification, object detection and depth estimation.",
        "It is often the backbone for object detection.",
    ],
)
def test_what_others_do_with_a_network_is_not_its_objective(text: str) -> None:
    assert similarity(product("ResNet-50", text))["objective"] is None


def test_the_data_shows_the_input_of_a_network() -> None:
    assert describe(product("swin_base_kinetics400"))[1]["domain"] == "Video"
    assert describe(product("ResNet-50 trained on AudioSet"))[1]["domain"] == "Audio"


# --- what is no part of a key ---


def test_address_and_number_of_a_product_are_no_part_of_its_key() -> None:
    stated = {"training_set": "mnist", "objective": "image-classification"}
    one = Product("a", "1", "https://a.example/vgg16", "model", "page", "LeNet", stated=stated)
    two = Product("b", "bert", "https://b.example/2", "model", "list", "lenet", stated=stated)
    assert similarity(one)["key"] == similarity(two)["key"] == "lenet|mnist|image-classification"


# --- names and words ---


def test_evaluation_data_is_not_training_data() -> None:
    text = "BERT was trained on Wikipedia. It was evaluated on SQuAD and tested on MNLI."
    assert similarity(product("BERT base", text))["datasets"] == ["wikipedia"]
    assert similarity(product("BERT base", "Results on SQuAD are good."))["datasets"] == []


def test_evaluation_data_in_the_same_sentence_is_not_training_data() -> None:
    text = "BERT, trained on Wikipedia and evaluated on SQuAD"
    assert similarity(product("BERT base", text))["datasets"] == ["wikipedia"]
    section = [{"heading": "Training data", "text": "Wikipedia, and SQuAD. Tested on MNLI."}]
    assert similarity(product("BERT", sections=section))["datasets"] == ["squad", "wikipedia"]


def test_general_words_in_a_sentence_are_no_task() -> None:
    assert similarity(product("ResNeXt", summary="Next generation nets"))["objective"] is None


def test_an_algorithm_that_is_one_among_many_is_not_taken() -> None:
    text = "Faster than DenseNet and VGG and EfficientNet."
    assert similarity(product("Pupil", "A quick net.\n\n" + text))["algorithm"] is None
    assert similarity(product("Pupil", "A quick net.\n\nIt is a VGG."))["algorithm"] == "vgg"


def test_two_rounds_of_training_keep_both_data_sets() -> None:
    text = "Pre-trained on ImageNet-21k and then fine-tuned on ImageNet-1k at 384 pixels."
    both = ["imagenet-1k", "imagenet-21k"]
    assert similarity(product("ViT-B/16", text))["datasets"] == both
    assert similarity(product("timm/vit_base_patch16_224.in21k_ft_in1k"))["datasets"] == both


def test_a_shorter_name_within_a_longer_one_is_no_data_set() -> None:
    name = "owner/imagenet/efficientnet_v2_imagenet21k_b0/classification/2"
    assert similarity(product(name))["datasets"] == ["imagenet-21k"]


@pytest.mark.parametrize(
    "text",
    [
        "```\nlabels = open('imagenet_classes.txt')\n```\nIt was trained on a private set.",
        "Trained on our own pictures, with imagenet_classes.txt for the labels.",
        "    model.fit('trained on', imagenet)\n\nIt was trained with care.",
        ">>> train(imagenet)  # trained on imagenet\n",
        "Trained on what https://example.org/imagenet holds.",
    ],
)
def test_code_files_and_addresses_tell_no_training_data(text: str) -> None:
    assert similarity(product("ResNet-50", text))["datasets"] == []


@pytest.mark.parametrize("word", ["imagefolder", "custom", "unknown", "None", "generator", "n/a"])
def test_what_is_no_data_set_gives_no_key(word: str) -> None:
    found = similarity(
        product(
            "owner/vit-base", stated={"training_set": word, "objective": "image-classification"}
        )
    )
    assert found["datasets"] == []
    assert found["key"] is None


def test_an_unknown_data_set_keeps_its_name_where_it_is_named_as_such() -> None:
    assert similarity(product("ColorNet Trained on Bluebell Meadow Data"))["datasets"] == [
        "x:bluebell-meadow"
    ]
    listed = product("m", stated={"training_set": "squad, somebody/own-questions"})
    assert similarity(listed)["datasets"] == ["squad", "x:somebody-own-questions"]
    assert similarity(product("ColorNet Trained on a Rainy Day"))["datasets"] == []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Planner", "How to use it: USE the button, run it from an ssd, opt in, a bit at a time."),
        ("Planner", "We opt for a model that learned with Adam from a disk."),
        ("someone/how-to-use", ""),
        ("someone/int-8-bit", ""),
        ("Planner", "Albert and Roberta wrote it with Swift."),
    ],
)
def test_everyday_words_are_no_algorithm(name: str, text: str) -> None:
    if "USE" in text:
        text = text.replace("USE", "Use")
    assert similarity(product(name, text))["algorithm"] is None


def test_short_names_count_as_they_are_written() -> None:
    assert similarity(product("OPT 1.3B"))["algorithm"] == "opt"
    assert similarity(product("BiT M-R50x1"))["algorithm"] == "bit"


def test_a_feature_vector_is_not_a_classifier() -> None:
    def of(kind: str) -> Any:
        return similarity(product(f"owner/imagenet/resnet_v1_50/{kind}/4"))["objective"]

    assert of("classification") == "image-classification"
    assert of("feature_vector") == "image-feature-vector"
    stated = {"objective": "image-classification"}
    vector = similarity(product("owner/resnet50_feature_vector", stated=stated))
    assert vector["objective"] == "image-feature-vector"


def test_boilerplate_on_feature_extraction_is_no_objective() -> None:
    text = (
        "A network for pictures.\n\nIt can be used for feature extraction and text classification."
    )
    assert similarity(product("BERT base", text))["objective"] is None


def test_translation_depends_on_what_goes_in() -> None:
    title = "CycleGAN Apple-to-Orange Translation Trained on ImageNet Competition Data"
    assert similarity(product(title))["objective"] == "image-to-image"
    assert similarity(product("T5 translation"))["objective"] == "machine-translation"


def test_a_shared_name_is_no_key() -> None:
    assert similarity(product("one/best-model"))["key"] is None
    assert similarity(product("one/best-model"))["algorithm"] is None


def test_the_owner_is_not_read() -> None:
    assert similarity(product("bert/tiny-shop"))["algorithm"] is None


def test_the_data_of_the_backbone_is_not_that_of_the_detector() -> None:
    text = "The backbone was pre-trained on ImageNet. The detector was trained on MS COCO."
    found = similarity(product("Faster R-CNN ResNet-50", text))
    assert found["key"] == "faster-rcnn-resnet-50|coco|object-detection"


def test_a_corpus_in_another_language_is_another_corpus() -> None:
    english = similarity(product("nnlm-en-dim50", "Trained on English Google News."))
    german = similarity(product("nnlm-de-dim50", "Trained on German Google News."))
    assert english["datasets"] == ["google-news"]
    assert german["datasets"] == ["google-news-de"]


def test_a_link_to_the_paper_names_the_algorithm_if_it_is_the_only_one() -> None:
    one = product("Pupil", links=["https://arxiv.org/abs/1608.06993v5"])
    two = product("Pupil", links=[*one.links, "https://arxiv.org/pdf/1905.11946.pdf"])
    assert similarity(one)["algorithm"] == "densenet"
    assert similarity(one)["evidence"]["algorithm"]["where"] == "links"
    assert similarity(two)["algorithm"] is None


def test_the_finer_term_counts() -> None:
    found = similarity(product("Pupil", "A transformer. It is a BERT, a transformer for text."))
    assert found["algorithm"] == "bert"


def test_weight_files_are_kept_even_without_a_key() -> None:
    found = similarity(
        product("x", "load('resnet50-0676ba61.pth'), then pytorch_model.bin", links=[
            "https://files.example.org/models/VGG16-397923AF.pth?download=1"
        ])
    )  # fmt: skip
    assert found["key"] is None
    assert found["artefacts"] == ["resnet50-0676ba61.pth", "vgg16-397923af.pth"]
