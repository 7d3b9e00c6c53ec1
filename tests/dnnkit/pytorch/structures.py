"""The structures that decide a verdict, rewritten with torch alone, as they are in models that people use."""

import torch
from torch import nn


class Bottleneck(nn.Module):
    """A residual block of ResNet-50; `zero` starts the last gain of the branch at zero (Goyal et al. 2017)."""

    def __init__(self, fan_in, width, *, stride=1, zero=False):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(fan_in, width, 1, bias=False), nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, stride=stride, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        self.conv3, self.bn3 = nn.Conv2d(width, 4 * width, 1, bias=False), nn.BatchNorm2d(4 * width)
        self.relu = nn.ReLU(inplace=True)
        self.downsample = None
        if stride > 1 or fan_in != 4 * width:
            projection = nn.Conv2d(fan_in, 4 * width, 1, stride=stride, bias=False)
            self.downsample = nn.Sequential(projection, nn.BatchNorm2d(4 * width))
        if zero:
            nn.init.zeros_(self.bn3.weight)

    def forward(self, x):
        z = self.relu(self.bn1(self.conv1(x)))
        z = self.bn3(self.conv3(self.relu(self.bn2(self.conv2(z)))))
        return self.relu(z + (x if self.downsample is None else self.downsample(x)))


class ResNet(nn.Module):
    """Bottlenecks in stages, drawn as torchvision draws them; 3, 4, 6, 3 is ResNet-50."""

    def __init__(self, blocks=(3, 4, 6, 3), *, width=64, classes=10, zero=False):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(3, width, 7, stride=2, padding=3, bias=False), nn.BatchNorm2d(width)
        self.relu, self.pool = nn.ReLU(inplace=True), nn.MaxPool2d(3, stride=2, padding=1)
        stages, channels = [], width
        for stage, count in enumerate(blocks):
            for block in range(count):
                stride = 2 if stage and not block else 1
                stages.append(Bottleneck(channels, width * 2**stage, stride=stride, zero=zero))
                channels = 4 * width * 2**stage
        self.stages = nn.Sequential(*stages)
        self.fc = nn.Linear(channels, classes)
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")

    def forward(self, x):
        x = self.stages(self.pool(self.relu(self.bn1(self.conv1(x)))))
        return self.fc(x.mean(dim=(2, 3)))


class LayerScale(nn.Module):
    """A gain for each feature of a branch, close to zero at first (Touvron et al. 2021)."""

    def __init__(self, width, start):
        super().__init__()
        self.gamma = nn.Parameter(start * torch.ones(width))

    def forward(self, x):
        return x * self.gamma


class Block(nn.Module):
    """A block of a vision transformer, norms first."""

    def __init__(self, width, *, start=1.0):
        super().__init__()
        self.norm1, self.attention = nn.LayerNorm(width), nn.MultiheadAttention(width, 2, batch_first=True)
        self.ls1, self.ls2 = LayerScale(width, start), LayerScale(width, start)
        self.norm2 = nn.LayerNorm(width)
        self.mlp = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width))

    def forward(self, x):
        z = self.norm1(x)
        x = x + self.ls1(self.attention(z, z, z, need_weights=False)[0])
        return x + self.ls2(self.mlp(self.norm2(x)))


class ViT(nn.Module):
    """A vision transformer; its head starts at zero times `head`, and its method names what does not decay."""

    def __init__(self, *, depth=6, width=32, classes=10, head=0.0, start=1.0):
        super().__init__()
        self.patch_embed = nn.Conv2d(3, width, 4, stride=4)
        self.cls_token = nn.Parameter(torch.randn(1, 1, width) / 50)
        self.pos_embed = nn.Parameter(torch.randn(1, 17, width) / 50)
        self.blocks = nn.Sequential(*(Block(width, start=start) for _ in range(depth)))
        self.norm, self.head = nn.LayerNorm(width), nn.Linear(width, classes)
        with torch.no_grad():
            self.head.weight *= head

    def no_weight_decay(self):
        return {"pos_embed", "cls_token"}

    def forward(self, x):
        x = self.patch_embed(x).flatten(2).transpose(1, 2)
        x = torch.cat([self.cls_token.expand(len(x), -1, -1), x], dim=1) + self.pos_embed
        return self.head(self.norm(self.blocks(x))[:, 0])


class Conv1D(nn.Module):
    """The linear layer of Hugging Face's GPT-2: its weight is (in, out)."""

    def __init__(self, nf, nx):
        super().__init__()
        self.nf, self.nx = nf, nx
        self.weight, self.bias = nn.Parameter(torch.empty(nx, nf)), nn.Parameter(torch.zeros(nf))
        nn.init.normal_(self.weight, std=0.02)

    def forward(self, x):
        return torch.addmm(self.bias, x.reshape(-1, self.nx), self.weight).reshape(*x.shape[:-1], self.nf)


class GPT(nn.Module):
    """A language model whose head is its embedding, on layers that keep their weights as (in, out)."""

    def __init__(self, *, words=50, width=32, depth=3):
        super().__init__()
        self.wte, self.wpe = nn.Embedding(words, width), nn.Embedding(16, width)
        nn.init.normal_(self.wte.weight, std=0.02)
        nn.init.normal_(self.wpe.weight, std=0.02)
        self.norms = nn.ModuleList(nn.LayerNorm(width) for _ in range(depth))
        self.c_fc = nn.ModuleList(Conv1D(4 * width, width) for _ in range(depth))
        self.c_proj = nn.ModuleList(Conv1D(width, 4 * width) for _ in range(depth))
        self.act = nn.GELU(approximate="tanh")
        self.ln_f, self.lm_head = nn.LayerNorm(width), nn.Linear(width, words, bias=False)
        self.lm_head.weight = self.wte.weight

    def forward(self, tokens):
        x = self.wte(tokens) + self.wpe(torch.arange(tokens.shape[1]))
        for norm, up, down in zip(self.norms, self.c_fc, self.c_proj):
            x = x + down(self.act(up(norm(x))))
        return self.lm_head(self.ln_f(x)).transpose(1, 2)


class Recurrent(nn.Module):
    """A recurrent layer over a sequence, and a head that reads the last output or all."""

    def __init__(self, layer, *, read="last"):
        super().__init__()
        self.layer, self.read = layer, read
        self.head = nn.Linear(layer.hidden_size * (2 if layer.bidirectional else 1), 4)

    def forward(self, x):
        outputs, last = self.layer(x)
        if isinstance(outputs, nn.utils.rnn.PackedSequence):
            last = last[0] if isinstance(last, tuple) else last
            return self.head(last[-1])
        time = 1 if self.layer.batch_first else 0
        if self.read == "ends":
            last = last[0] if isinstance(last, tuple) else last
            return self.head(torch.cat([last[-2], last[-1]], dim=-1))
        return self.head(outputs.select(time, -1) if self.read == "last" else outputs.mean(dim=time))
