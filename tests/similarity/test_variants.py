"""The same network under the names that stores give it."""

from __future__ import annotations

import pytest

from modelstores.items import Product
from modelstores.similarity import similarity


def algorithm(name: str, **more: object) -> str | None:
    found = similarity(Product("s", "1", "https://s.example", "model", "page", name, **more))  # type: ignore[arg-type]
    return "-".join(filter(None, [found["algorithm"], found["variant"]])) or None


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["ResNet-50", "resnet50", "RESNET_50", "ResNet 50 v1.5", "resnet50_v1_5", "resnet_v1_50",
          "owner/resnet-50", "tf_resnet50", "resnet_50_224", "Res-Net 50 layers"], "resnet-50"),
        (["resnet50d", "ResNet-50-D", "resnet50_vd", "resnet50_v1d"], "resnet-50-d"),
        (["resnet_v2_101", "ResNet-101 V2", "resnet101v2"], "resnet-101-v2"),
        (["wide_resnet50_2", "Wide ResNet-50-2", "WRN-50-2"], "wide-resnet-50-x2"),
        (["resnext50_32x4d", "ResNeXt-50 32x4d"], "resnext-50-32x4d"),
        (["regnety_320", "RegNet_Y_32GF", "RegNetY-32GF"], "regnet-y-32gf"),
        (["regnetx_004", "RegNet_X_400MF"], "regnet-x-0.4gf"),
        (["mobilenet_v2_100_224", "MobileNetV2 1.0 224", "MobileNet V2", "mobilenetv2"],
         "mobilenet-v2"),
        (["mobilenet_v2_075_160", "MobileNetV2 0.75"], "mobilenet-v2-w0.75"),
        (["MobileNet", "mobilenet_v1_100_128"], "mobilenet-v1"),
        (["MobileNetV3 Large", "mobilenet_v3_large_100_224"], "mobilenet-v3-large"),
        (["EfficientNet-B0", "owner/efficientnet/b0/classification/1", "tf_efficientnet_b0"],
         "efficientnet-b0"),
        (["EfficientNetV2-S", "efficientnet_v2_imagenet1k_s", "efficientnetv2_s"],
         "efficientnet-v2-small"),
        (["ViT-B/16", "vit_base_patch16_224", "vit_b_16", "Vision Transformer Base p16"],
         "vit-base-p16"),
        (["Swin-T", "swin_tiny_patch4_window7_224", "swin_t"], "swin-tiny"),
        (["DeiT-S distilled /16", "deit_small_distilled_patch16_224"], "deit-small-distilled-p16"),
        (["BERT base", "bert-base-uncased", "bert_en_uncased_L-12_H-768_A-12", "bert-base-cased"],
         "bert-base"),
        (["small_bert/bert_uncased_L-4_H-256_A-4"], "bert-mini"),
        (["YOLOv3-tiny", "yolov3 tiny", "YOLO V3 Tiny"], "yolo-v3-tiny"),
        (["YOLOv5s", "yolov5-small"], "yolo-v5-small"),
        (["GPT-2", "gpt2", "openai-community/gpt2"], "gpt-2"),
        (["DenseNet-121", "densenet121"], "densenet-121"),
        (["VGG-16", "vgg16", "vgg16_bn"], "vgg-16"),
        (["Inception V3", "inception_v3", "inceptionv3"], "inception-v3"),
        (["GoogLeNet", "inception_v1"], "googlenet"),
        (["Faster R-CNN ResNet-50", "faster_rcnn_resnet50", "fasterrcnn_resnet50"],
         "faster-rcnn-resnet-50"),
        (["SSD MobileNet V2", "ssd_mobilenet_v2"], "ssd-mobilenet-v2"),
        (["nnlm-de-dim128", "NNLM 128 dimensions"], "nnlm-dim128"),
        (["GloVe 100-Dimensional Word Vectors"], "glove-dim100"),
        (["BiT-M R50x1", "owner/bit/m-r50x1/1"], "bit-r50-x1"),
        (["Llama-2-7b-chat-hf", "Llama 2 7B Chat"], "llama-2-7b-chat"),
        (["Llama-2-7b", "owner/llama-2-merged-7b"], "llama-2-7b"),
        (["Gemma 2B", "owner/gemma-2b"], "gemma-2b"),
        (["Gemma 2 9B", "owner/gemma-2-9b"], "gemma-2-9b"),
        (["Phi-1.5", "owner/phi-1_5"], "phi-1.5"),
        (["wav2vec2-base", "Wav2Vec 2.0 Base"], "wav2vec-2-base"),
    ],
)  # fmt: skip
def test_one_network_has_one_name(names: list[str], expected: str) -> None:
    assert {name: algorithm(name) for name in names} == dict.fromkeys(names, expected)


def test_what_is_another_network_has_another_name() -> None:
    names = ["ResNet-50", "ResNet-101", "ResNet-50 v2", "ResNet-50-D", "SE-ResNet-50",
             "Wide ResNet-50-2", "ResNeXt-50 32x4d", "ViT-B/16", "ViT-B/32", "ViT-L/16",
             "MobileNetV2", "MobileNetV2 0.75", "MobileNetV3 Small", "BERT base", "BERT large",
             "RoBERTa base", "DistilBERT base", "YOLOv3", "YOLOv3-tiny", "YOLOv5s",
             "nnlm-dim50", "nnlm-dim128", "EfficientNet-B0", "EfficientNet-Lite0"]  # fmt: skip
    assert len({algorithm(name) for name in names}) == len(names)


def test_the_field_completes_the_name_and_the_name_refines_the_field() -> None:
    assert algorithm("ResNet", stated={"ml_algorithms": "resnet50"}) == "resnet-50"
    assert algorithm("resnet50", stated={"ml_algorithms": "ResNet"}) == "resnet-50"
    assert algorithm("bert-base", stated={"ml_algorithms": "transformer"}) == "bert-base"
    assert algorithm("My model", stated={"ml_algorithms": "XGBoost"}) == "xgboost"


def test_the_page_completes_the_variant_only_if_it_names_one() -> None:
    one = [{"heading": "", "text": "This DenseNet-169 is fast. DenseNet-169 is deep."}]
    two = [{"heading": "", "text": "DenseNet-121 and DenseNet-169 are offered."}]
    assert algorithm("DenseNet", sections=one) == "densenet-169"
    assert algorithm("DenseNet", sections=two) == "densenet"
