(* General lemmas on finite sums, sums over time, derivations and averages; nothing here knows of a policy or a return.

   K is any ordered field, such as the germs of functions of the parameter near one value of it, and a `calculus` is a
   derivation of it with a logarithm, which lies below its tangent at 1, and an exponential function: the germs of
   functions built of polynomials, log and exp (a Hardy field) are an instance in which the first derivatives take any
   values. What is proved for every such field holds for real functions of the parameter. *)
Set Warnings "-all".
From Coq Require Import ZArith Lia.
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.algebra_tactics Require Import ring.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Delimit Scope Z_scope with Z.
Local Open Scope ring_scope.

(* Times are integers; a range holds both its ends, and nothing where the upper end is below the lower one. *)
Definition zrange (lo hi : Z) : seq Z := [seq (lo + Z.of_nat i)%Z | i <- iota 0 (Z.to_nat (hi - lo + 1))].

Definition zeqb (x y : Z) : bool := Z.eqb x y.

Lemma if_same (T : Type) (b b' : bool) (x x' y y' : T) : b = b' -> x = x' -> y = y' ->
  (if b then x else y) = (if b' then x' else y').
Proof. by move=> -> -> ->. Qed.

Section Ranges.

Lemma zrange_empty lo hi : (hi < lo)%Z -> zrange lo hi = [::].
Proof. by move=> h; rewrite /zrange; have -> : Z.to_nat (hi - lo + 1) = 0%N by lia. Qed.

Lemma zrange_split lo m hi : (lo <= m)%Z -> (m <= hi + 1)%Z -> zrange lo hi = zrange lo (m - 1) ++ zrange m hi.
Proof.
move=> h1 h2; rewrite /zrange.
have -> : Z.to_nat (hi - lo + 1) = (Z.to_nat (m - 1 - lo + 1) + Z.to_nat (hi - m + 1))%N by rewrite -plusE; lia.
rewrite iotaD map_cat add0n; congr (_ ++ _).
rewrite -[X in iota X](addn0) iotaDl -map_comp; apply: eq_map => i /=; rewrite -plusE; lia.
Qed.

Lemma zrange_single lo hi : lo = hi -> zrange lo hi = [:: lo].
Proof. move=> <-. rewrite /zrange. have -> : Z.to_nat (lo - lo + 1) = 1%N by lia.
by rewrite /= Z.add_0_r. Qed.

Lemma zrange_shift lo hi c : zrange (lo + c) (hi + c) = [seq (k + c)%Z | k <- zrange lo hi].
Proof.
rewrite /zrange; have -> : (hi + c - (lo + c) + 1 = hi - lo + 1)%Z by lia.
by rewrite -map_comp; apply: eq_map => i /=; lia.
Qed.

Lemma time_induction (lo : Z) (P : Z -> Prop) :
  P lo -> (forall n, (lo <= n)%Z -> P n -> P (n + 1)%Z) -> forall hi, (lo <= hi)%Z -> P hi.
Proof.
move=> base step hi h; have -> : hi = (lo + Z.of_nat (Z.to_nat (hi - lo)))%Z by lia.
elim: (Z.to_nat _) => [|n ih]; first by rewrite Z.add_0_r.
have -> : (lo + Z.of_nat n.+1 = lo + Z.of_nat n + 1)%Z by lia.
by apply: step ih; lia.
Qed.

End Ranges.

Section Sums.
Variable K : realFieldType.
Implicit Types x y c : K.

Definition zr (z : Z) : K :=
  match z with Z0 => 0 | Zpos p => (Pos.to_nat p)%:R | Zneg p => - (Pos.to_nat p)%:R end.

Lemma zr_nat n : zr (Z.of_nat n) = n%:R.
Proof. by case: n => [|n] //=; rewrite SuccNat2Pos.id_succ. Qed.

Lemma zrE z : (0 <= z)%Z -> zr z = (Z.to_nat z)%:R.
Proof. by move=> h; rewrite -zr_nat; congr zr; lia. Qed.

Lemma zr_gt0 z : (1 <= z)%Z -> 0 < zr z.
Proof. by move=> h; rewrite zrE ?ltr0n; [apply/ssrnat.ltP; lia | lia]. Qed.

Lemma zr_sub a b : (b <= a)%Z -> zr a - zr b = (Z.to_nat (a - b))%:R.
Proof.
move=> h; case: (Z.le_gt_cases 0 b) => hb.
  rewrite !zrE; try lia; apply/eqP; rewrite subr_eq -natrD; apply/eqP; congr _%:R; rewrite -plusE; lia.
have nb : zr b = - (Z.to_nat (- b))%:R by case: b hb h => //= p; lia.
rewrite nb opprK; case: (Z.le_gt_cases 0 a) => ha.
  by rewrite zrE // -natrD; congr _%:R; rewrite -plusE; lia.
have na : zr a = - (Z.to_nat (- a))%:R by case: a ha h => //= p; lia.
rewrite na addrC; apply/eqP; rewrite subr_eq -natrD; apply/eqP; congr _%:R; rewrite -plusE; lia.
Qed.

Lemma zrB a b : zr (a - b) = zr a - zr b.
Proof.
have zrN' (c : Z) : zr (- c) = - zr c by case: c => [|p|p] /=; rewrite ?oppr0 ?opprK.
case: (Z.le_gt_cases b a) => h.
  rewrite (zr_sub h) zrE //; lia.
rewrite -[RHS]opprB zr_sub; last lia.
by rewrite -zr_nat -zrN'; congr zr; lia.
Qed.

Lemma zr0 : zr 0 = 0. Proof. by []. Qed.
Lemma zr_pos p : zr (Zpos p) = (Pos.to_nat p)%:R. Proof. by []. Qed.
Lemma zr_neg p : zr (Zneg p) = - (Pos.to_nat p)%:R. Proof. by []. Qed.

Lemma zrN a : zr (- a) = - zr a.
Proof. by have := zrB 0 a; rewrite Z.sub_0_l => ->; rewrite /= sub0r. Qed.

Lemma zrD a b : zr (a + b) = zr a + zr b.
Proof. by have := zrB a (- b); rewrite Z.sub_opp_r => ->; rewrite zrN opprK. Qed.

Section OverAList.
Variables (I : Type) (r : seq I).
Implicit Types f g : I -> K.

Lemma sum_eq f g : (forall i, f i = g i) -> \sum_(i <- r) f i = \sum_(i <- r) g i.
Proof. by move=> h; apply: eq_bigr => i _. Qed.

Lemma prod_eq f g : (forall i, f i = g i) -> \prod_(i <- r) f i = \prod_(i <- r) g i.
Proof. by move=> h; apply: eq_bigr => i _. Qed.

Lemma sum_add f g : \sum_(i <- r) (f i + g i) = \sum_(i <- r) f i + \sum_(i <- r) g i.
Proof. exact: big_split. Qed.

Lemma sum_scale c f : \sum_(i <- r) (c * f i) = c * \sum_(i <- r) f i.
Proof. by rewrite mulr_sumr. Qed.

Lemma sum_zero : \sum_(i <- r) (0 : K) = 0.
Proof. by rewrite big1. Qed.

Lemma sum_swap (J : Type) (q : seq J) (F : I -> J -> K) :
  \sum_(i <- r) \sum_(j <- q) F i j = \sum_(j <- q) \sum_(i <- r) F i j.
Proof. exact: exchange_big. Qed.

Lemma prod_mul f g : \prod_(i <- r) (f i * g i) = \prod_(i <- r) f i * \prod_(i <- r) g i.
Proof. exact: big_split. Qed.

Lemma prod_one : \prod_(i <- r) (1 : K) = 1.
Proof. by rewrite big1. Qed.

Lemma prod_gt0 f : (forall i, 0 < f i) -> 0 < \prod_(i <- r) f i.
Proof. by move=> h; elim/big_ind: _ => [|x y hx hy|i _]; [exact: ltr01 | exact: mulr_gt0 | exact: h]. Qed.

Definition mean (p f : I -> K) : K := \sum_(i <- r) p i * f i.
Definition variance (p f : I -> K) : K := mean p (fun i => f i ^+ 2) - mean p f ^+ 2.

Lemma mean_eq p q f g : (forall i, p i = q i) -> (forall i, f i = g i) -> mean p f = mean q g.
Proof. by move=> h k; apply: eq_bigr => i _; rewrite h k. Qed.

Lemma variance_eq p q f g : (forall i, p i = q i) -> (forall i, f i = g i) -> variance p f = variance q g.
Proof. by move=> h k; rewrite /variance; congr (_ - _ ^+ 2); apply: mean_eq => // i; rewrite k. Qed.

Lemma variance_def p f : variance p f = mean p (fun i => f i ^+ 2) + -1 * mean p f ^+ 2.
Proof. by rewrite mulN1r. Qed.

Lemma mean_add p f g : mean p (fun i => f i + g i) = mean p f + mean p g.
Proof. by rewrite /mean -sum_add; apply: sum_eq => i; rewrite mulrDr. Qed.

Lemma mean_scale p c f : mean p (fun i => c * f i) = c * mean p f.
Proof. by rewrite /mean -sum_scale; apply: sum_eq => i; rewrite mulrCA. Qed.

Lemma mean_zero p : mean p (fun=> 0) = 0.
Proof. by rewrite /mean big1 // => i _; rewrite mulr0. Qed.

Lemma mean_one p : \sum_(i <- r) p i = 1 -> mean p (fun=> 1) = 1.
Proof. by move=> h; rewrite -[RHS]h; apply: sum_eq => i; rewrite mulr1. Qed.

Lemma mean_swap p (J : Type) (q : seq J) (F : I -> J -> K) :
  mean p (fun i => \sum_(j <- q) F i j) = \sum_(j <- q) mean p (fun i => F i j).
Proof. by rewrite /mean -sum_swap; apply: sum_eq => i; rewrite mulr_sumr. Qed.

End OverAList.

Lemma sum_gt0 (I : finType) (x0 : I) (f : I -> K) : (forall i, 0 < f i) -> 0 < \sum_(i : I) f i.
Proof.
move=> h; rewrite (bigD1 x0) //= ltr_paddr ?h // sumr_ge0 // => i _; exact: ltW.
Qed.

(* All but one summand is zero. *)
Lemma sum_sift (I : finType) (e : I) (f : I -> K) : (forall i, i != e -> f i = 0) -> \sum_(i <- index_enum I) f i = f e.
Proof. by move=> h; rewrite (bigD1 e) //= big1 ?addr0. Qed.

Lemma mean_gt0 (I : finType) (x0 : I) (p f : I -> K) : (forall i, 0 < p i) -> (forall i, 0 < f i) ->
  0 < mean (index_enum I) p f.
Proof. by move=> h k; apply: (sum_gt0 x0) => i; apply: mulr_gt0. Qed.

Section OverTime.
Implicit Types f g : Z -> K.

Lemma time_eq lo hi f g : (forall k, (lo <= k)%Z -> (k <= hi)%Z -> f k = g k) ->
  \sum_(k <- zrange lo hi) f k = \sum_(k <- zrange lo hi) g k.
Proof.
move=> h; rewrite !big_map (_ : iota 0 _ = index_iota 0 (Z.to_nat (hi - lo + 1))); last by rewrite /index_iota subn0.
by apply: eq_big_nat => i /andP[_ /ssrnat.ltP hi_]; apply: h; lia.
Qed.

Lemma time_prod_eq lo hi f g : (forall k, (lo <= k)%Z -> (k <= hi)%Z -> f k = g k) ->
  \prod_(k <- zrange lo hi) f k = \prod_(k <- zrange lo hi) g k.
Proof.
move=> h; rewrite !big_map (_ : iota 0 _ = index_iota 0 (Z.to_nat (hi - lo + 1))); last by rewrite /index_iota subn0.
by apply: eq_big_nat => i /andP[_ /ssrnat.ltP hi_]; apply: h; lia.
Qed.

Lemma time_prod_gt0 lo hi f : (forall k, (lo <= k)%Z -> (k <= hi)%Z -> 0 < f k) -> 0 < \prod_(k <- zrange lo hi) f k.
Proof.
move=> h; have {h} : forall i, (i < Z.to_nat (hi - lo + 1))%N -> 0 < f (lo + Z.of_nat i)%Z.
  by move=> i /ssrnat.ltP ?; apply: h; lia.
rewrite /zrange big_map; elim: (Z.to_nat _) => [|n ih] h; first by rewrite big_nil ltr01.
rewrite -[n.+1]addn1 iotaD big_cat /= big_seq1 add0n mulr_gt0 ?ih ?h //.
by move=> i hi_; apply: h; apply: ltnW.
Qed.

Lemma time_gt0 lo hi f : (lo <= hi)%Z -> (forall k, (lo <= k)%Z -> (k <= hi)%Z -> 0 < f k) ->
  0 < \sum_(k <- zrange lo hi) f k.
Proof.
move=> le h; have {h} : forall i, (i < Z.to_nat (hi - lo + 1))%N -> 0 < f (lo + Z.of_nat i)%Z.
  by move=> i /ssrnat.ltP ?; apply: h; lia.
have [n e] : exists n, Z.to_nat (hi - lo + 1) = n.+1 by exists (Z.to_nat (hi - lo)); lia.
rewrite /zrange big_map e => {e}; elim: n => [|n ih] h; first by rewrite big_seq1 h.
rewrite -[n.+2]addn1 iotaD big_cat /= big_seq1 add0n addr_gt0 ?ih ?h ?addn1 //.
by move=> i hi_; apply: h; apply: ltnW.
Qed.

Lemma time_prod_exp lo hi f (n : nat) : \prod_(k <- zrange lo hi) (f k ^+ n) = (\prod_(k <- zrange lo hi) f k) ^+ n.
Proof. by rewrite prodrXl. Qed.
Lemma time_prod_expn lo hi f (n : nat) : \prod_(k <- zrange lo hi) (f k ^- n) = (\prod_(k <- zrange lo hi) f k) ^- n.
Proof. by rewrite prodfV prodrXl. Qed.

Lemma time_split lo m hi f : (lo <= m)%Z -> (m <= hi + 1)%Z ->
  \sum_(k <- zrange lo hi) f k = \sum_(k <- zrange lo (m - 1)) f k + \sum_(k <- zrange m hi) f k.
Proof. by move=> h1 h2; rewrite (zrange_split h1 h2) big_cat. Qed.

Lemma time_prod_split lo m hi f : (lo <= m)%Z -> (m <= hi + 1)%Z ->
  \prod_(k <- zrange lo hi) f k = \prod_(k <- zrange lo (m - 1)) f k * \prod_(k <- zrange m hi) f k.
Proof. by move=> h1 h2; rewrite (zrange_split h1 h2) big_cat. Qed.

Lemma time_single lo hi f : lo = hi -> \sum_(k <- zrange lo hi) f k = f lo.
Proof. by move=> h; rewrite zrange_single // big_seq1. Qed.

Lemma time_prod_single lo hi f : lo = hi -> \prod_(k <- zrange lo hi) f k = f lo.
Proof. by move=> h; rewrite zrange_single // big_seq1. Qed.

Lemma time_empty lo hi f : (hi < lo)%Z -> \sum_(k <- zrange lo hi) f k = 0.
Proof. by move=> h; rewrite zrange_empty // big_nil. Qed.

Lemma time_prod_empty lo hi f : (hi < lo)%Z -> \prod_(k <- zrange lo hi) f k = 1.
Proof. by move=> h; rewrite zrange_empty // big_nil. Qed.

Lemma time_shift (c : Z) lo hi f :
  \sum_(k <- zrange lo hi) f k = \sum_(k <- zrange (lo + c) (hi + c)) f (k - c)%Z.
Proof. by rewrite zrange_shift big_map; apply: sum_eq => k; congr f; lia. Qed.

Lemma time_prod_shift (c : Z) lo hi f :
  \prod_(k <- zrange lo hi) f k = \prod_(k <- zrange (lo + c) (hi + c)) f (k - c)%Z.
Proof. by rewrite zrange_shift big_map; apply: prod_eq => k; congr f; lia. Qed.

Lemma time_count lo hi : (lo <= hi + 1)%Z -> \sum_(k <- zrange lo hi) (1 : K) = zr hi - zr lo + 1.
Proof.
move=> h; rewrite big_map big_const_seq count_predT size_iota.
have -> : zr hi - zr lo + 1 = zr (hi + 1) - zr lo.
  have e : zr (hi + 1) - zr hi = 1.
    rewrite zr_sub; last lia.
    have -> : Z.to_nat (hi + 1 - hi) = 1%N by lia.
    exact: mulr1n.
  by rewrite -[X in _ + X]e; ring.
rewrite zr_sub; last exact: h.
have -> : (hi + 1 - lo = hi - lo + 1)%Z by lia.
elim: (Z.to_nat _) => [|n ih]; first by rewrite mulr0n.
by rewrite iterS ih mulrS.
Qed.

End OverTime.

(* x^n for an integer n. *)
Definition powz x (n : Z) : K := if (0 <=? n)%Z then x ^+ Z.to_nat n else x ^- Z.to_nat (- n).

Lemma powz0 x : powz x 0 = 1. Proof. by []. Qed.
Lemma powz1 x : powz x 1 = x. Proof. by rewrite /powz /= expr1. Qed.

Lemma powz_succ x n : x != 0 -> powz x (n + 1) = powz x n * x.
Proof.
move=> h; rewrite /powz; case: (Z.leb_spec0 0 n) => hn.
  have -> : (0 <=? n + 1)%Z by apply/Z.leb_spec0; lia.
  have -> : Z.to_nat (n + 1) = (Z.to_nat n).+1 by lia.
by rewrite exprSr.
have -> : Z.to_nat (- n) = (Z.to_nat (- (n + 1))).+1 by lia.
case: (Z.leb_spec0 0 (n + 1)) => hm.
  have -> : n = (-1)%Z by lia.
  by rewrite /= expr0 expr1 mulVf.
by rewrite exprS invfM mulrAC mulVf // mul1r.
Qed.

Lemma powz_neq0 x n : x != 0 -> powz x n != 0.
Proof. by move=> h; rewrite /powz; case: ifP => _; rewrite ?invr_eq0 expf_neq0. Qed.

Lemma powz_pred x n : x != 0 -> powz x (n - 1) = powz x n / x.
Proof. by move=> h; rewrite -{2}(Z.sub_add 1 n) powz_succ // mulfK. Qed.

Lemma powz_add x m n : x != 0 -> powz x (m + n) = powz x m * powz x n.
Proof.
move=> h.
have up : forall k, (0 <= k)%Z -> forall m, powz x (m + k) = powz x m * powz x k.
  apply: time_induction => [|k _ ih] l; first by rewrite Z.add_0_r powz0 mulr1.
  by rewrite Z.add_assoc !powz_succ // ih mulrA.
case: (Z.le_gt_cases 0 n) => hn; first exact: up.
have e : powz x m = powz x (m + n) * powz x (- n) by rewrite -up; [congr powz; lia | lia].
have f : powz x n * powz x (- n) = 1 by rewrite -up ?Z.add_opp_diag_r ?powz0; [|lia].
by rewrite e -mulrA [_ * powz x n]mulrC f mulr1.
Qed.

Lemma powz_add_nat x m n : (0 <= m)%Z -> (0 <= n)%Z -> powz x (m + n) = powz x m * powz x n.
Proof.
move=> hm hn; have [i ->] : exists i, m = Z.of_nat i by exists (Z.to_nat m); lia.
have [j ->] : exists j, n = Z.of_nat j by exists (Z.to_nat n); lia.
rewrite -Nat2Z.inj_add /powz; do 3 (have -> : forall k, (0 <=? Z.of_nat k)%Z by move=> k; apply/Z.leb_spec0; lia).
by rewrite !Nat2Z.id plusE exprD.
Qed.

Lemma powz_opp x n : x != 0 -> powz x (- n) = (powz x n)^-1.
Proof.
move=> h; apply: (mulfI (powz_neq0 n h)); rewrite -powz_add // Z.add_opp_diag_r powz0 divff //; exact: powz_neq0.
Qed.

Lemma powz_nat x (n : nat) : powz x (Z.of_nat n) = x ^+ n.
Proof. rewrite /powz; have -> : (0 <=? Z.of_nat n)%Z by apply/Z.leb_spec0; lia.
by rewrite Nat2Z.id. Qed.

Lemma powz_mulr x (n : nat) k : x != 0 -> powz x (Z.of_nat n * k) = powz x k ^+ n.
Proof.
move=> h; elim: n => [|n ih]; first by rewrite powz0.
have -> : (Z.of_nat n.+1 * k = Z.of_nat n * k + k)%Z by lia.
by rewrite powz_add // ih exprSr.
Qed.

Lemma powzM x y n : powz (x * y) n = powz x n * powz y n.
Proof. by rewrite /powz; case: ifP => _; rewrite exprMn ?invfM. Qed.

Lemma powz_mul x (c k : Z) : x != 0 -> powz x (c * k) = powz (powz x k) c.
Proof.
move=> h; have up n : powz x (Z.of_nat n * k) = powz x k ^+ n by exact: powz_mulr.
case: (Z.le_gt_cases 0 c) => hc.
  have [n ->] : exists n, c = Z.of_nat n by exists (Z.to_nat c); lia.
  by rewrite up powz_nat.
have [n ->] : exists n, c = (- Z.of_nat n)%Z by exists (Z.to_nat (- c)); lia.
rewrite Z.mul_opp_l powz_opp // powz_opp; last exact: powz_neq0.
by rewrite up powz_nat.
Qed.

Lemma powz_pos x p : powz x (Zpos p) = x ^+ Pos.to_nat p. Proof. by []. Qed.
Lemma powz_neg x p : powz x (Zneg p) = x ^- Pos.to_nat p. Proof. by []. Qed.

End Sums.

